(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * What gamma and beta are *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** The standardised batch sums to 0. *)
Theorem output_distribution_1 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) =
  0.
Proof.
  intros m eps x Hm Hroot.
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
  assert (e3 : sum m (Xhat x mean var eps) = 0).
  {
    transitivity (sum m (fun i => (rstd) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (sum m (Xhat x mean var eps) = 0).
  rewrite e3.
  normal.
Qed.

(** So the mean of $\gamma \hat{x}_i + \beta$ is $\beta$. *)
Theorem output_distribution_2 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta) / INR m =
  beta.
Proof.
  intros m beta eps gamma x Hm Hroot.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (Y (Xhat x mean var eps) gamma beta) = beta * INR m).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (x i - mean) + ((beta) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  change (sum m (Y (Xhat x mean var eps) gamma beta) / INR m = beta).
  rewrite e4.
  normal.
Qed.

(** The deviations from it are $\gamma \hat{x}_i$; their mean square is that of $\hat{x}$ times $\gamma^2$. *)
Theorem output_distribution_3 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - beta) ^ 2) / INR m =
  gamma ^ 2 * Var m x (Mean m x) / (Var m x (Mean m x) + eps).
Proof.
  intros m beta eps gamma x Hm Hroot.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - beta) ^ 2) = gamma ^ 2 * rstd ^ 2 * var
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
  change (sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - beta) ^ 2) / INR m = gamma ^ 2 * var / (var
    + eps)).
  rewrite e4.
  normal.
Qed.

(** All of it *)
Definition output_distribution := (conj output_distribution_1 (conj output_distribution_2
  output_distribution_3)).
