(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Folding into the layer before *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** (9.41) of (9.40), multiplied out. *)
Theorem folding_1 :
  forall (m : nat) (b beta eps gamma mean var : R) (w z : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < var + eps ->
  (k < m)%nat ->
  Y (Xhat (fun i1 => sum m (fun i => w i * z i) + b) mean var eps) gamma beta k =
  sum m (fun i => gamma * Rstd var eps * w i * z i) + (gamma * Rstd var eps * (b - mean) + beta).
Proof.
  intros m b beta eps gamma mean var w z k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : Xhat (fun i1 => sum m (fun i => w i * z i) + b) mean var eps k = b * rstd - mean * rstd + rstd
    * sum m (fun i => w i * z i)).
  {
    change ((sum m (fun i => w i * z i) + b - mean) / sqrt (var + eps) = b * rstd - mean * rstd + rstd * sum m
      (fun i => w i * z i)).
    rewrite e1.
    normal.
  }
  assert (e3 : Y (Xhat (fun i1 => sum m (fun i => w i * z i) + b) mean var eps) gamma beta k = b * gamma *
    rstd + beta - gamma * mean * rstd + gamma * rstd * sum m (fun i => w i * z i)).
  {
    change (gamma * Xhat (fun i1 => sum m (fun i => w i * z i) + b) mean var eps k + beta = b * gamma * rstd +
      beta - gamma * mean * rstd + gamma * rstd * sum m (fun i => w i * z i)).
    rewrite e2.
    normal.
  }
  assert (e4 : sum m (fun i => gamma * rstd * w i * z i) = gamma * rstd * sum m (fun i => w i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (w i * z i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (Y (Xhat (fun i1 => sum m (fun i => w i * z i) + b) mean var eps) gamma beta k = sum m (fun i =>
    gamma * rstd * w i * z i) + (gamma * rstd * (b - mean) + beta)).
  rewrite e3.
  rewrite e4.
  normal.
Qed.

(** With groups: which inputs an output has is not changed. *)
Theorem folding_2 :
  forall (m : nat) (b beta eps gamma : R) (gate : nat -> R) (mean var : R) (w z : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < var + eps ->
  (k < m)%nat ->
  Y (Xhat (fun i1 => sum m (fun i => gate i * w i * z i) + b) mean var eps) gamma beta k =
  sum m (fun i => gate i * gamma * Rstd var eps * w i * z i) + (gamma * Rstd var eps * (b - mean) + beta).
Proof.
  intros m b beta eps gamma gate mean var w z k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : Xhat (fun i1 => sum m (fun i => gate i * w i * z i) + b) mean var eps k = b * rstd - mean *
    rstd + rstd * sum m (fun i => gate i * w i * z i)).
  {
    change ((sum m (fun i => gate i * w i * z i) + b - mean) / sqrt (var + eps) = b * rstd - mean * rstd +
      rstd * sum m (fun i => gate i * w i * z i)).
    rewrite e1.
    normal.
  }
  assert (e3 : Y (Xhat (fun i1 => sum m (fun i => gate i * w i * z i) + b) mean var eps) gamma beta k = b *
    gamma * rstd + beta - gamma * mean * rstd + gamma * rstd * sum m (fun i => gate i * w i * z i)).
  {
    change (gamma * Xhat (fun i1 => sum m (fun i => gate i * w i * z i) + b) mean var eps k + beta = b * gamma
      * rstd + beta - gamma * mean * rstd + gamma * rstd * sum m (fun i => gate i * w i * z i)).
    rewrite e2.
    normal.
  }
  assert (e4 : sum m (fun i => gate i * gamma * rstd * w i * z i) = gamma * rstd * sum m (fun i => gate i * w
    i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (gate i * w i * z i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (Y (Xhat (fun i1 => sum m (fun i => gate i * w i * z i) + b) mean var eps) gamma beta k = sum m (fun
    i => gate i * gamma * rstd * w i * z i) + (gamma * rstd * (b - mean) + beta)).
  rewrite e3.
  rewrite e4.
  normal.
Qed.

(** The inverse: where $\gamma \ne 0$, dividing by $\gamma r$ gives the weights back ... *)
Theorem folding_3 :
  forall (m : nat) (eps gamma mean var : R) (w z : nat -> R),
  (1 <= m)%nat ->
  0 < var + eps ->
  gamma <> 0 ->
  (sum m (fun i => gamma * Rstd var eps * w i * z i) + (gamma * Rstd var eps * (mean - mean) + 0)) / (gamma *
    Rstd var eps) =
  sum m (fun i => w i * z i).
Proof.
  intros m eps gamma mean var w z Hm Hroot gamma_nonzero.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => gamma * rstd * w i * z i) = gamma * rstd * sum m (fun i => w i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (w i * z i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change ((sum m (fun i => gamma * rstd * w i * z i) + (gamma * rstd * (mean - mean) + 0)) / (gamma * rstd) =
    sum m (fun i => w i * z i)).
  rewrite e1.
  normal.
Qed.

(** ... and the bias. *)
Theorem folding_4 :
  forall (m : nat) (b beta eps gamma mean var : R),
  (1 <= m)%nat ->
  0 < var + eps ->
  gamma <> 0 ->
  (gamma * Rstd var eps * (b - mean) + beta - beta) / (gamma * Rstd var eps) + mean =
  b.
Proof.
  intros m b beta eps gamma mean var Hm Hroot gamma_nonzero.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  change ((gamma * rstd * (b - mean) + beta - beta) / (gamma * rstd) + mean = b).
  normal.
Qed.

(** All of it *)
Definition folding := (conj folding_1 (conj folding_2 (conj folding_3 folding_4))).
