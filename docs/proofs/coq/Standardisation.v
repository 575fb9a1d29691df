(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The standardised batch *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** The mean (9.38) is the number from which the deviations sum to 0. *)
Theorem standardisation_1 :
  forall (m : nat) (x : nat -> R),
  (1 <= m)%nat ->
  sum m (fun i => x i - Mean m x) =
  0.
Proof.
  intros m x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m (fun i => x i - mean) = 0).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (sum m (fun i => x i - mean) = 0).
  rewrite e1.
  normal.
Qed.

(** (9.40) divides them all by the same root. *)
Theorem standardisation_2 :
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

(** This is (9.39). *)
Theorem standardisation_3 :
  forall (m : nat) (x : nat -> R),
  (1 <= m)%nat ->
  sum m (fun i => (x i - Mean m x) ^ 2) =
  INR m * Var m x (Mean m x).
Proof.
  intros m x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m (fun i => (x i - mean) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => (x i - mean) ^ 2) = INR m * var).
  rewrite e1.
  normal.
Qed.

(** (9.40) divides each square by $\sigma^2 + \epsilon$. *)
Theorem standardisation_4 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) =
  INR m * Var m x (Mean m x) / (Var m x (Mean m x) + eps).
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => Xhat x mean var eps i ^ 2) = INR m * var / (var + eps)).
  rewrite e3.
  normal.
Qed.

(** What is missing to 1. *)
Theorem standardisation_5 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  1 - sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) / INR m =
  eps * Rstd (Var m x (Mean m x)) eps ^ 2.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (1 - sum m (fun i => Xhat x mean var eps i ^ 2) / INR m = eps * rstd ^ 2).
  rewrite e3.
  normal.
Qed.

(** The other elements sum to $-\hat{x}_j$ and share what is left of the sum of squares. It is least where
  they are equal, each $-\hat{x}_j/(m - 1)$. *)
Theorem standardisation_6 :
  forall (m : nat) (eps : R) (x : nat -> R) (j : nat),
  (2 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= eps ->
  (j < m)%nat ->
  Xhat x (Mean m x) (Var m x (Mean m x)) eps j ^ 2 <=
  INR m - 1.
Proof.
  intros m eps x j Hm Hroot eps_nonnegative Hj.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (le_INR _ _ Hm) as least; simpl in least.
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
  assert (e2 : Xhat x mean var eps j = (x j - mean) * rstd).
  {
    change ((x j - mean) / sqrt (var + eps) = (x j - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e4 : sum m (fun i => (Xhat x mean var eps i + Xhat x mean var eps j / (INR m - 1)) ^ 2) = (x j -
    mean) ^ 2 * (1 / (INR m - 1)) ^ 2 * rstd ^ 2 * INR m + rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + ((2 * (x j - mean) * (1 / (INR m - 1)) *
      rstd ^ 2) * (x i - mean) + (((x j - mean) ^ 2 * (1 / (INR m - 1)) ^ 2 * rstd ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e5 : others m j (fun i => (Xhat x mean var eps i + Xhat x mean var eps j / (INR m - 1)) ^ 2) = - (2
    * (x j - mean) ^ 2 * (1 / (INR m - 1)) * rstd ^ 2) - (x j - mean) ^ 2 * (1 / (INR m - 1)) ^ 2 * rstd ^ 2 +
    (x j - mean) ^ 2 * (1 / (INR m - 1)) ^ 2 * rstd ^ 2 * INR m - (x j - mean) ^ 2 * rstd ^ 2 + rstd ^ 2 * var
    * INR m).
  {
    rewrite (others_is m j _ Hj).
    change (sum m (fun i => (Xhat x mean var eps i + Xhat x mean var eps j / (INR m - 1)) ^ 2) - (Xhat x mean
      var eps j + Xhat x mean var eps j / (INR m - 1)) ^ 2 = - (2 * (x j - mean) ^ 2 * (1 / (INR m - 1)) *
      rstd ^ 2) - (x j - mean) ^ 2 * (1 / (INR m - 1)) ^ 2 * rstd ^ 2 + (x j - mean) ^ 2 * (1 / (INR m - 1)) ^
      2 * rstd ^ 2 * INR m - (x j - mean) ^ 2 * rstd ^ 2 + rstd ^ 2 * var * INR m).
    rewrite e4.
    rewrite e2.
    normal.
  }
  apply (is_less _ _ ((INR m - 1) * eps * rstd ^ 2 + (INR m - 1) * others m j (fun i => (Xhat x mean var eps i
    + Xhat x mean var eps j / (INR m - 1)) ^ 2) / INR m)).
  { change (INR m - 1 - Xhat x mean var eps j ^ 2 = (INR m - 1) * eps * rstd ^ 2 + (INR m - 1) * others m j
    (fun i => (Xhat x mean var eps i + Xhat x mean var eps j / (INR m - 1)) ^ 2) / INR m).
    rewrite e5.
    rewrite e2.
    normal.
  }
  nonnegative.
Qed.

(** All of it *)
Definition standardisation := (conj standardisation_1 (conj standardisation_2 (conj standardisation_3 (conj
  standardisation_4 (conj standardisation_5 standardisation_6))))).
