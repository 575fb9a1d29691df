(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Learning gamma and beta *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta
    i - z i) ^ 2) / 2) 0
  (gamma * Rstd (Var m x (Mean m x)) eps ^ 2 * Var m x (Mean m x) * INR m - Rstd (Var m x (Mean m x)) eps *
    sum m (fun i => (x i - Mean m x) * z i)).
Proof.
  intros m beta eps gamma x z size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => 2 * ((Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + 0 * 1) beta i
    - z i) ^ 1 * ((0 + (1 * 1 + 0 * 0)) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i + (gamma + 0 * 1) * 0 +
    0 - 0))) / 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => 2 * ((Y (Xhat x mean var eps) (gamma + 0 * 1) beta i - z i) ^ 1 * ((0 + (1 * 1 + 0 *
    0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 + 0 - 0))) / 2 = gamma * rstd ^ 2 * var * INR m - rstd *
    sum m (fun i => (x i - mean) * z i)).
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) (gamma + 0 * 1) beta i = (x i - mean) * gamma
    * rstd + beta).
  {
    intros i Hi.
    change ((gamma + 0 * 1) * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => 2 * ((Y (Xhat x mean var eps) (gamma + 0 * 1) beta i - z i) ^ 1 * ((0 + (1 * 1
    + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 + 0 - 0))) = 2 * gamma * rstd ^ 2 * var * INR m -
    2 * rstd * sum m (fun i => (x i - mean) * z i)).
  {
    transitivity (sum m (fun i => (2 * gamma * rstd ^ 2) * ((x i - mean) ^ 2) + ((2 * beta * rstd) * (x i -
      mean) + ((- (2 * rstd)) * ((x i - mean) * z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** The derivative by $\gamma$. *)
Theorem learning_1 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta
    i - z i) ^ 2) / 2) 0
  (sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i) * Xhat x (Mean m x)
    (Var m x (Mean m x)) eps i)).
Proof.
  intros m beta eps gamma x z Hm Hroot.
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
  assert (e4 : sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i) = gamma *
    rstd ^ 2 * var * INR m - rstd * sum m (fun i => (x i - mean) * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd ^ 2) * ((x i - mean) ^ 2) + ((beta * rstd) * (x i - mean) +
      ((- rstd) * ((x i - mean) * z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m beta eps gamma x z size Hroot)).
  change (gamma * rstd ^ 2 * var * INR m - rstd * sum m (fun i => (x i - mean) * z i) = sum m (fun i => (Y
    (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i)).
  rewrite e4.
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i - z i) ^ 2) / 2) 0
  (beta * INR m - sum m z).
Proof.
  intros m beta eps gamma x z size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => 2 * ((Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + 0 * 1) i
    - z i) ^ 1 * (0 + (0 + (1 * 1 + 0 * 0)) - 0))) / 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => 2 * ((Y (Xhat x mean var eps) gamma (beta + 0 * 1) i - z i) ^ 1 * (0 + (0 + (1 * 1 +
    0 * 0)) - 0))) / 2 = beta * INR m - sum m z).
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma (beta + 0 * 1) i = (x i - mean) * gamma
    * rstd + beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + (beta + 0 * 1) = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => 2 * ((Y (Xhat x mean var eps) gamma (beta + 0 * 1) i - z i) ^ 1 * (0 + (0 + (1
    * 1 + 0 * 0)) - 0))) = 2 * beta * INR m - 2 * sum m z).
  {
    transitivity (sum m (fun i => (2 * gamma * rstd) * (x i - mean) + ((2 * beta) * (1) + ((- 2) * (z i) +
      (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** The derivative by $\beta$. *)
Theorem learning_2 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i - z i) ^ 2) / 2) 0
  (sum m (fun i => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i)).
Proof.
  intros m beta eps gamma x z Hm Hroot.
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
  assert (e4 : sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i) = beta * INR m - sum m z).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (x i - mean) + ((beta) * (1) + ((- 1) * (z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_2 m beta eps gamma x z size Hroot)).
  change (beta * INR m - sum m z = sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i)).
  rewrite e4.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i - z i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i)) 0
  (0).
Proof.
  intros m beta eps gamma x z size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => (0 + (0 + (1 * 1 + 0 * 0)) - 0) * Xhat x (Mean m x) (Var m x (Mean m x))
    eps i + (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + 0 * 1) i - z i) * 0))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => (0 + (0 + (1 * 1 + 0 * 0)) - 0) * Xhat x mean var eps i + (Y (Xhat x mean var eps)
    gamma (beta + 0 * 1) i - z i) * 0) = 0).
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma (beta + 0 * 1) i = (x i - mean) * gamma
    * rstd + beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + (beta + 0 * 1) = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => (0 + (0 + (1 * 1 + 0 * 0)) - 0) * Xhat x mean var eps i + (Y (Xhat x mean var
    eps) gamma (beta + 0 * 1) i - z i) * 0) = 0).
  {
    transitivity (sum m (fun i => (rstd) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** The two do not disturb each other, because $\hat{x}$ sums to 0. *)
Theorem learning_3 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i - z i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i)) 0
  (0).
Proof.
  intros m beta eps gamma x z Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m beta eps gamma x z size Hroot)).
  change (0 = 0).
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i - z i)) 0
  (INR m).
Proof.
  intros m beta eps gamma x z size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => 0 + (0 + (1 * 1 + 0 * 0)) - 0))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => 0 + (0 + (1 * 1 + 0 * 0)) - 0) = INR m).
  assert (e1 : sum m (fun i => 0 + (0 + (1 * 1 + 0 * 0)) - 0) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** The second derivative by $\beta$. *)
Theorem learning_4 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i - z i)) 0
  (INR m).
Proof.
  intros m beta eps gamma x z Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_4 m beta eps gamma x z size Hroot)).
  change (INR m = INR m).
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta
    i - z i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i)) 0
  (Rstd (Var m x (Mean m x)) eps ^ 2 * Var m x (Mean m x) * INR m).
Proof.
  intros m beta eps gamma x z size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => ((0 + (1 * 1 + 0 * 0)) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    (gamma + 0 * 1) * 0 + 0 - 0) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i + (Y (Xhat x (Mean m x) (Var m
    x (Mean m x)) eps) (gamma + 0 * 1) beta i - z i) * 0))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 + 0 - 0) * Xhat
    x mean var eps i + (Y (Xhat x mean var eps) (gamma + 0 * 1) beta i - z i) * 0) = rstd ^ 2 * var * INR m).
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) (gamma + 0 * 1) beta i = (x i - mean) * gamma
    * rstd + beta).
  {
    intros i Hi.
    change ((gamma + 0 * 1) * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 + 0 - 0) *
    Xhat x mean var eps i + (Y (Xhat x mean var eps) (gamma + 0 * 1) beta i - z i) * 0) = rstd ^ 2 * var * INR
    m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** The second derivative by $\gamma$, at most $m$. *)
Theorem learning_5 :
  forall (m : nat) (beta eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta
    i - z i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i)) 0
  (INR m * (1 - eps * Rstd (Var m x (Mean m x)) eps ^ 2)).
Proof.
  intros m beta eps gamma x z Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_5 m beta eps gamma x z size Hroot)).
  change (rstd ^ 2 * var * INR m = INR m * (1 - eps * rstd ^ 2)).
  normal.
Qed.

(** So the loss, a polynomial of second degree, decreases by this. *)
Theorem learning_6 :
  forall (m : nat) (beta c eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i) ^ 2) / 2 - sum m (fun i1
    => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma - c * sum m (fun i => (Y (Xhat x (Mean m x) (Var
    m x (Mean m x)) eps) gamma beta i - z i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i)) (beta - c * sum
    m (fun i => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i)) i1 - z i1) ^ 2) / 2 =
  c * (1 - c * INR m / 2) * (sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z
    i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) ^ 2 + sum m (fun i => Y (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) gamma beta i - z i) ^ 2) + c ^ 2 * INR m * eps * Rstd (Var m x (Mean m x)) eps ^ 2 * sum
    m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i) * Xhat x (Mean m x) (Var m
    x (Mean m x)) eps i) ^ 2 / 2.
Proof.
  intros m beta c eps gamma x z Hm Hroot.
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
  assert (e4 : sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) = - (2 * beta * sum m z) +
    beta ^ 2 * INR m - 2 * gamma * rstd * sum m (fun i => (x i - mean) * z i) + gamma ^ 2 * rstd ^ 2 * var *
    INR m + sum m (fun i => z i ^ 2)).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2) + ((2 * beta * gamma * rstd) *
      (x i - mean) + ((- (2 * gamma * rstd)) * ((x i - mean) * z i) + ((beta ^ 2) * (1) + ((- (2 * beta)) * (z
      i) + ((1) * (z i ^ 2) + (0)))))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e5 : sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i) = gamma *
    rstd ^ 2 * var * INR m - rstd * sum m (fun i => (x i - mean) * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd ^ 2) * ((x i - mean) ^ 2) + ((beta * rstd) * (x i - mean) +
      ((- rstd) * ((x i - mean) * z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e6 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e7 : sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i) = beta * INR m - sum m z).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (x i - mean) + ((beta) * (1) + ((- 1) * (z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e8 : forall i1, (i1 < m)%nat -> Y (Xhat x mean var eps) (gamma - c * sum m (fun i => (Y (Xhat x mean
    var eps) gamma beta i - z i) * Xhat x mean var eps i)) (beta - c * sum m (fun i => Y (Xhat x mean var eps)
    gamma beta i - z i)) i1 = - ((x i1 - mean) * c * gamma * rstd ^ 3 * var * INR m) + (x i1 - mean) * c *
    rstd ^ 2 * sum m (fun i => (x i - mean) * z i) + (x i1 - mean) * gamma * rstd - beta * c * INR m + beta +
    c * sum m z).
  {
    intros i1 Hi1.
    change ((gamma - c * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps
      i)) * Xhat x mean var eps i1 + (beta - c * sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i))
      = - ((x i1 - mean) * c * gamma * rstd ^ 3 * var * INR m) + (x i1 - mean) * c * rstd ^ 2 * sum m (fun i
      => (x i - mean) * z i) + (x i1 - mean) * gamma * rstd - beta * c * INR m + beta + c * sum m z).
    rewrite e5.
    rewrite e7.
    rewrite (e6 i1 Hi1).
    normal.
  }
  assert (e9 : sum m (fun i1 => (Y (Xhat x mean var eps) (gamma - c * sum m (fun i => (Y (Xhat x mean var eps)
    gamma beta i - z i) * Xhat x mean var eps i)) (beta - c * sum m (fun i => Y (Xhat x mean var eps) gamma
    beta i - z i)) i1 - z i1) ^ 2) = 4 * beta * c * INR m * sum m z - 2 * beta * c ^ 2 * INR m ^ 2 * sum m z -
    2 * beta * sum m z - 2 * beta ^ 2 * c * INR m ^ 2 + beta ^ 2 * c ^ 2 * INR m ^ 3 + beta ^ 2 * INR m + 4 *
    c * gamma * rstd ^ 3 * var * INR m * sum m (fun i => (x i - mean) * z i) - 2 * c * gamma ^ 2 * rstd ^ 4 *
    var ^ 2 * INR m ^ 2 - 2 * c * rstd ^ 2 * sum m (fun i => (x i - mean) * z i) ^ 2 - 2 * c * sum m z ^ 2 - 2
    * c ^ 2 * gamma * rstd ^ 5 * var ^ 2 * INR m ^ 2 * sum m (fun i => (x i - mean) * z i) + c ^ 2 * gamma ^ 2
    * rstd ^ 6 * var ^ 3 * INR m ^ 3 + c ^ 2 * rstd ^ 4 * var * INR m * sum m (fun i => (x i - mean) * z i) ^
    2 + c ^ 2 * INR m * sum m z ^ 2 - 2 * gamma * rstd * sum m (fun i => (x i - mean) * z i) + gamma ^ 2 *
    rstd ^ 2 * var * INR m + sum m (fun i => z i ^ 2)).
  {
    transitivity (sum m (fun i1 => (2 * c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * z i) - 2 * c *
      gamma ^ 2 * rstd ^ 4 * var * INR m - 2 * c ^ 2 * gamma * rstd ^ 5 * var * INR m * sum m (fun i => (x i -
      mean) * z i) + c ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^ 2 * INR m ^ 2 + c ^ 2 * rstd ^ 4 * sum m (fun i =>
      (x i - mean) * z i) ^ 2 + gamma ^ 2 * rstd ^ 2) * ((x i1 - mean) ^ 2) + ((- (2 * beta * c * gamma * rstd
      * INR m) - 2 * beta * c * gamma * rstd ^ 3 * var * INR m + 2 * beta * c * rstd ^ 2 * sum m (fun i => (x
      i - mean) * z i) + 2 * beta * c ^ 2 * gamma * rstd ^ 3 * var * INR m ^ 2 - 2 * beta * c ^ 2 * rstd ^ 2 *
      INR m * sum m (fun i => (x i - mean) * z i) + 2 * beta * gamma * rstd + 2 * c * gamma * rstd * sum m z -
      2 * c ^ 2 * gamma * rstd ^ 3 * var * INR m * sum m z + 2 * c ^ 2 * rstd ^ 2 * sum m (fun i => (x i -
      mean) * z i) * sum m z) * (x i1 - mean) + ((2 * c * gamma * rstd ^ 3 * var * INR m - 2 * c * rstd ^ 2 *
      sum m (fun i => (x i - mean) * z i) - 2 * gamma * rstd) * ((x i1 - mean) * z i1) + ((2 * beta * c * sum
      m z - 2 * beta * c ^ 2 * INR m * sum m z - 2 * beta ^ 2 * c * INR m + beta ^ 2 * c ^ 2 * INR m ^ 2 +
      beta ^ 2 + c ^ 2 * sum m z ^ 2) * (1) + ((2 * beta * c * INR m - 2 * beta - 2 * c * sum m z) * (z i1) +
      ((1) * (z i1 ^ 2) + (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e8 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  change (sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) / 2 - sum m (fun i1 => (Y (Xhat x
    mean var eps) (gamma - c * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var
    eps i)) (beta - c * sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i)) i1 - z i1) ^ 2) / 2 = c *
    (1 - c * INR m / 2) * (sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps
    i) ^ 2 + sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) + c ^ 2 * INR m * eps * rstd ^ 2
    * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i) ^ 2 / 2).
  rewrite e9.
  rewrite e5.
  rewrite e4.
  rewrite e7.
  normal.
Qed.

(** Every step size above 0 and up to $2/m$ is $2/(m (1 + e))$ for some $e \ge 0$. For none of them does the
  loss increase. *)
Theorem learning_7 :
  forall (m : nat) (beta e eps gamma : R) (x z : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= e ->
  0 <= eps ->
  sum m (fun i1 => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma - 2 / (INR m * (1 + e)) * sum m (fun
    i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i) * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i)) (beta - 2 / (INR m * (1 + e)) * sum m (fun i => Y (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) gamma beta i - z i)) i1 - z i1) ^ 2) / 2 <=
  sum m (fun i => (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i - z i) ^ 2) / 2.
Proof.
  intros m beta e eps gamma x z Hm Hroot e_nonnegative eps_nonnegative.
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
  assert (e4 : sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i) = gamma *
    rstd ^ 2 * var * INR m - rstd * sum m (fun i => (x i - mean) * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd ^ 2) * ((x i - mean) ^ 2) + ((beta * rstd) * (x i - mean) +
      ((- rstd) * ((x i - mean) * z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e5 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e6 : sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i) = beta * INR m - sum m z).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (x i - mean) + ((beta) * (1) + ((- 1) * (z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e7 : forall i1, (i1 < m)%nat -> Y (Xhat x mean var eps) (gamma - 2 / (INR m * (1 + e)) * sum m (fun
    i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i)) (beta - 2 / (INR m * (1 + e))
    * sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i)) i1 = - (2 * (x i1 - mean) * (1 / (INR m *
    (1 + e))) * gamma * rstd ^ 3 * var * INR m) + 2 * (x i1 - mean) * (1 / (INR m * (1 + e))) * rstd ^ 2 * sum
    m (fun i => (x i - mean) * z i) + (x i1 - mean) * gamma * rstd - 2 * (1 / (INR m * (1 + e))) * beta * INR
    m + 2 * (1 / (INR m * (1 + e))) * sum m z + beta).
  {
    intros i1 Hi1.
    change ((gamma - 2 / (INR m * (1 + e)) * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) *
      Xhat x mean var eps i)) * Xhat x mean var eps i1 + (beta - 2 / (INR m * (1 + e)) * sum m (fun i => Y
      (Xhat x mean var eps) gamma beta i - z i)) = - (2 * (x i1 - mean) * (1 / (INR m * (1 + e))) * gamma *
      rstd ^ 3 * var * INR m) + 2 * (x i1 - mean) * (1 / (INR m * (1 + e))) * rstd ^ 2 * sum m (fun i => (x i
      - mean) * z i) + (x i1 - mean) * gamma * rstd - 2 * (1 / (INR m * (1 + e))) * beta * INR m + 2 * (1 /
      (INR m * (1 + e))) * sum m z + beta).
    rewrite e4.
    rewrite e6.
    rewrite (e5 i1 Hi1).
    normal.
  }
  assert (e8 : sum m (fun i1 => (Y (Xhat x mean var eps) (gamma - 2 / (INR m * (1 + e)) * sum m (fun i => (Y
    (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i)) (beta - 2 / (INR m * (1 + e)) * sum m
    (fun i => Y (Xhat x mean var eps) gamma beta i - z i)) i1 - z i1) ^ 2) = 8 * (1 / (INR m * (1 + e))) *
    beta * INR m * sum m z - 4 * (1 / (INR m * (1 + e))) * beta ^ 2 * INR m ^ 2 + 8 * (1 / (INR m * (1 + e)))
    * gamma * rstd ^ 3 * var * INR m * sum m (fun i => (x i - mean) * z i) - 4 * (1 / (INR m * (1 + e))) *
    gamma ^ 2 * rstd ^ 4 * var ^ 2 * INR m ^ 2 - 4 * (1 / (INR m * (1 + e))) * rstd ^ 2 * sum m (fun i => (x i
    - mean) * z i) ^ 2 - 4 * (1 / (INR m * (1 + e))) * sum m z ^ 2 - 8 * (1 / (INR m * (1 + e))) ^ 2 * beta *
    INR m ^ 2 * sum m z + 4 * (1 / (INR m * (1 + e))) ^ 2 * beta ^ 2 * INR m ^ 3 - 8 * (1 / (INR m * (1 + e)))
    ^ 2 * gamma * rstd ^ 5 * var ^ 2 * INR m ^ 2 * sum m (fun i => (x i - mean) * z i) + 4 * (1 / (INR m * (1
    + e))) ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^ 3 * INR m ^ 3 + 4 * (1 / (INR m * (1 + e))) ^ 2 * rstd ^ 4 * var
    * INR m * sum m (fun i => (x i - mean) * z i) ^ 2 + 4 * (1 / (INR m * (1 + e))) ^ 2 * INR m * sum m z ^ 2
    - 2 * beta * sum m z + beta ^ 2 * INR m - 2 * gamma * rstd * sum m (fun i => (x i - mean) * z i) + gamma ^
    2 * rstd ^ 2 * var * INR m + sum m (fun i => z i ^ 2)).
  {
    transitivity (sum m (fun i1 => (4 * (1 / (INR m * (1 + e))) * gamma * rstd ^ 3 * sum m (fun i => (x i -
      mean) * z i) - 4 * (1 / (INR m * (1 + e))) * gamma ^ 2 * rstd ^ 4 * var * INR m - 8 * (1 / (INR m * (1 +
      e))) ^ 2 * gamma * rstd ^ 5 * var * INR m * sum m (fun i => (x i - mean) * z i) + 4 * (1 / (INR m * (1 +
      e))) ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^ 2 * INR m ^ 2 + 4 * (1 / (INR m * (1 + e))) ^ 2 * rstd ^ 4 * sum
      m (fun i => (x i - mean) * z i) ^ 2 + gamma ^ 2 * rstd ^ 2) * ((x i1 - mean) ^ 2) + ((- (4 * (1 / (INR m
      * (1 + e))) * beta * gamma * rstd * INR m) - 4 * (1 / (INR m * (1 + e))) * beta * gamma * rstd ^ 3 * var
      * INR m + 4 * (1 / (INR m * (1 + e))) * beta * rstd ^ 2 * sum m (fun i => (x i - mean) * z i) + 4 * (1 /
      (INR m * (1 + e))) * gamma * rstd * sum m z + 8 * (1 / (INR m * (1 + e))) ^ 2 * beta * gamma * rstd ^ 3
      * var * INR m ^ 2 - 8 * (1 / (INR m * (1 + e))) ^ 2 * beta * rstd ^ 2 * INR m * sum m (fun i => (x i -
      mean) * z i) - 8 * (1 / (INR m * (1 + e))) ^ 2 * gamma * rstd ^ 3 * var * INR m * sum m z + 8 * (1 /
      (INR m * (1 + e))) ^ 2 * rstd ^ 2 * sum m (fun i => (x i - mean) * z i) * sum m z + 2 * beta * gamma *
      rstd) * (x i1 - mean) + ((4 * (1 / (INR m * (1 + e))) * gamma * rstd ^ 3 * var * INR m - 4 * (1 / (INR m
      * (1 + e))) * rstd ^ 2 * sum m (fun i => (x i - mean) * z i) - 2 * gamma * rstd) * ((x i1 - mean) * z
      i1) + ((4 * (1 / (INR m * (1 + e))) * beta * sum m z - 4 * (1 / (INR m * (1 + e))) * beta ^ 2 * INR m -
      8 * (1 / (INR m * (1 + e))) ^ 2 * beta * INR m * sum m z + 4 * (1 / (INR m * (1 + e))) ^ 2 * beta ^ 2 *
      INR m ^ 2 + 4 * (1 / (INR m * (1 + e))) ^ 2 * sum m z ^ 2 + beta ^ 2) * (1) + ((4 * (1 / (INR m * (1 +
      e))) * beta * INR m - 4 * (1 / (INR m * (1 + e))) * sum m z - 2 * beta) * (z i1) + ((1) * (z i1 ^ 2) +
      (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e7 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e9 : sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) = - (2 * beta * sum m z) +
    beta ^ 2 * INR m - 2 * gamma * rstd * sum m (fun i => (x i - mean) * z i) + gamma ^ 2 * rstd ^ 2 * var *
    INR m + sum m (fun i => z i ^ 2)).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2) + ((2 * beta * gamma * rstd) *
      (x i - mean) + ((- (2 * gamma * rstd)) * ((x i - mean) * z i) + ((beta ^ 2) * (1) + ((- (2 * beta)) * (z
      i) + ((1) * (z i ^ 2) + (0)))))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  apply (is_less _ _ (2 * e * (sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var
    eps i) ^ 2 + sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) / (INR m * (1 + e) ^ 2) + 2
    * eps * rstd ^ 2 * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i) ^
    2 / (INR m * (1 + e) ^ 2))).
  { change (sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) / 2 - sum m (fun i1 => (Y (Xhat
    x mean var eps) (gamma - 2 / (INR m * (1 + e)) * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z
    i) * Xhat x mean var eps i)) (beta - 2 / (INR m * (1 + e)) * sum m (fun i => Y (Xhat x mean var eps) gamma
    beta i - z i)) i1 - z i1) ^ 2) / 2 = 2 * e * (sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i)
    * Xhat x mean var eps i) ^ 2 + sum m (fun i => Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) / (INR m *
    (1 + e) ^ 2) + 2 * eps * rstd ^ 2 * sum m (fun i => (Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x
    mean var eps i) ^ 2 / (INR m * (1 + e) ^ 2)).
    rewrite e8.
    rewrite e4.
    rewrite e9.
    rewrite e6.
    normal.
  }
  nonnegative.
Qed.

(** All of it *)
Definition learning := (conj learning_1 (conj learning_2 (conj learning_3 (conj learning_4 (conj learning_5
  (conj learning_6 learning_7)))))).
