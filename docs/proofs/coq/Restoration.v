(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Restoring the input *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** (9.41) then undoes (9.40), step by step. *)
Theorem restoration_1 :
  forall (m : nat) (eps : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (1 / Rstd (Var m x (Mean m x)) eps) (Mean m x) k =
  x k.
Proof.
  intros m eps x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : Y (Xhat x mean var eps) (1 / rstd) mean k = x k - mean + mean).
  {
    change (1 / rstd * Xhat x mean var eps k + mean = x k - mean + mean).
    rewrite e2.
    normal.
  }
  change (Y (Xhat x mean var eps) (1 / rstd) mean k = x k).
  rewrite e3.
  normal.
Qed.

(** Any other $\gamma$ stretches the deviations by $\gamma r$. *)
Theorem restoration_2 :
  forall (m : nat) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (Mean m x) k - Mean m x =
  gamma * Rstd (Var m x (Mean m x)) eps * (x k - Mean m x).
Proof.
  intros m eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : Y (Xhat x mean var eps) gamma mean k = (x k - mean) * gamma * rstd + mean).
  {
    change (gamma * Xhat x mean var eps k + mean = (x k - mean) * gamma * rstd + mean).
    rewrite e2.
    normal.
  }
  change (Y (Xhat x mean var eps) gamma mean k - mean = gamma * rstd * (x k - mean)).
  rewrite e3.
  normal.
Qed.

(** So the variance that comes back is $\gamma^2 r^2$ times the variance that there was. *)
Theorem restoration_3 :
  forall (m : nat) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (Mean m x) i - Mean m x) ^ 2) / INR m
    =
  gamma ^ 2 * Rstd (Var m x (Mean m x)) eps ^ 2 * Var m x (Mean m x).
Proof.
  intros m eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma mean i = (x i - mean) * gamma * rstd +
    mean).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + mean = (x i - mean) * gamma * rstd + mean).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => (Y (Xhat x mean var eps) gamma mean i - mean) ^ 2) = gamma ^ 2 * rstd ^ 2 * var
    * INR m).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => (Y (Xhat x mean var eps) gamma mean i - mean) ^ 2) / INR m = gamma ^ 2 * rstd ^ 2 *
    var).
  rewrite e4.
  normal.
Qed.

(** With $\gamma^2 = \sigma^2$ the square of that factor is less than 1, unless $\epsilon = 0$. *)
Theorem restoration_4 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  Var m x (Mean m x) * Rstd (Var m x (Mean m x)) eps ^ 2 =
  1 - eps * Rstd (Var m x (Mean m x)) eps ^ 2.
Proof.
  intros m eps x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (var * rstd ^ 2 = 1 - eps * rstd ^ 2).
  normal.
Qed.

(** Two batches that differ by a constant have the same output: no $\gamma$ and $\beta$ restores both. *)
Theorem restoration_5 :
  forall (m : nat) (beta c eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Y (Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i => x i +
    c))) eps) gamma beta k =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta k.
Proof.
  intros m beta c eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  {
    change (sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i =>
    x i + c))) eps k = (x k - mean) * rstd).
  {
    change ((x k + c - Mean m (fun i => x i + c)) / sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c))
      + eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i
    => x i + c))) eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun
      i => x i + c))) eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e6.
    normal.
  }
  assert (e8 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e9 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e8.
    normal.
  }
  assert (e10 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e9.
    normal.
  }
  change (Y (Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i => x
    i + c))) eps) gamma beta k = Y (Xhat x mean var eps) gamma beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** All of it *)
Definition restoration := (conj restoration_1 (conj restoration_2 (conj restoration_3 (conj restoration_4
  restoration_5)))).
