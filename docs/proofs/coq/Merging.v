(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Shards of a batch *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** Every element is in one shard. *)
Theorem merging_1 :
  forall (m : nat) (m1 m2 : nat),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  INR m1 + INR m2 =
  INR m.
Proof.
  intros m m1 m2 Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  change (INR m1 + INR m2 = INR m).
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** Both sides are the sum of all elements. *)
Theorem merging_2 :
  forall (m : nat) (m1 m2 : nat) (x : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  INR m1 * Mean m1 x + INR m2 * Mean m2 (after m1 x) =
  INR m * Mean m x.
Proof.
  intros m m1 m2 x Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  assert (e1 : Mean m1 x = sum m1 x / INR m1).
  {
    change (sum m1 x / INR m1 = sum m1 x / INR m1).
    normal.
  }
  assert (e2 : Mean m2 (after m1 x) = sum m2 (after m1 x) / INR m2).
  {
    change (sum m2 (after m1 x) / INR m2 = sum m2 (after m1 x) / INR m2).
    normal.
  }
  assert (e3 : Mean m x = sum m x / INR m).
  {
    change (sum m x / INR m = sum m x / INR m).
    normal.
  }
  change (INR m1 * Mean m1 x + INR m2 * Mean m2 (after m1 x) = INR m * Mean m x).
  rewrite e2.
  rewrite e1.
  rewrite e3.
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** The deviations within the shards, and the deviation between their means. *)
Theorem merging_3 :
  forall (m : nat) (m1 m2 : nat) (x : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  INR m1 * Var m1 x (Mean m1 x) + INR m2 * Var m2 (after m1 x) (Mean m2 (after m1 x)) + INR m1 * INR m2 *
    (Mean m1 x - Mean m2 (after m1 x)) ^ 2 / INR m =
  INR m * Var m x (Mean m x).
Proof.
  intros m m1 m2 x Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  assert (e1 : Mean m1 x = sum m1 x / INR m1).
  {
    change (sum m1 x / INR m1 = sum m1 x / INR m1).
    normal.
  }
  assert (e2 : sum m1 (fun i => (x i - Mean m1 x) ^ 2) = - (sum m1 x ^ 2 / INR m1) + sum m1 (fun i => x i ^
    2)).
  {
    transitivity (sum m1 (fun i => (1) * (x i ^ 2) + ((- (2 * sum m1 x / INR m1)) * (x i) + ((sum m1 x ^ 2 /
      INR m1 ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : Var m1 x (Mean m1 x) = sum m1 (fun i => x i ^ 2) / INR m1 - sum m1 x ^ 2 / INR m1 ^ 2).
  {
    change (sum m1 (fun i => (x i - Mean m1 x) ^ 2) / INR m1 = sum m1 (fun i => x i ^ 2) / INR m1 - sum m1 x ^
      2 / INR m1 ^ 2).
    rewrite e2.
    normal.
  }
  assert (e4 : Mean m2 (after m1 x) = sum m2 (after m1 x) / INR m2).
  {
    change (sum m2 (after m1 x) / INR m2 = sum m2 (after m1 x) / INR m2).
    normal.
  }
  assert (e5 : sum m2 (fun i => (after m1 x i - Mean m2 (after m1 x)) ^ 2) = - (sum m2 (after m1 x) ^ 2 / INR
    m2) + sum m2 (fun i => after m1 x i ^ 2)).
  {
    transitivity (sum m2 (fun i => (1) * (after m1 x i ^ 2) + ((- (2 * sum m2 (after m1 x) / INR m2)) * (after
      m1 x i) + ((sum m2 (after m1 x) ^ 2 / INR m2 ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e4.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e6 : Var m2 (after m1 x) (Mean m2 (after m1 x)) = sum m2 (fun i => after m1 x i ^ 2) / INR m2 - sum
    m2 (after m1 x) ^ 2 / INR m2 ^ 2).
  {
    change (sum m2 (fun i => (after m1 x i - Mean m2 (after m1 x)) ^ 2) / INR m2 = sum m2 (fun i => after m1 x
      i ^ 2) / INR m2 - sum m2 (after m1 x) ^ 2 / INR m2 ^ 2).
    rewrite e5.
    normal.
  }
  assert (e7 : Mean m x = sum m x / INR m).
  {
    change (sum m x / INR m = sum m x / INR m).
    normal.
  }
  assert (e8 : sum m (fun i => (x i - Mean m x) ^ 2) = - (sum m x ^ 2 / INR m) + sum m (fun i => x i ^ 2)).
  {
    transitivity (sum m (fun i => (1) * (x i ^ 2) + ((- (2 * sum m x / INR m)) * (x i) + ((sum m x ^ 2 / INR m
      ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e7.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e9 : Var m x (Mean m x) = sum m (fun i => x i ^ 2) / INR m - sum m x ^ 2 / INR m ^ 2).
  {
    change (sum m (fun i => (x i - Mean m x) ^ 2) / INR m = sum m (fun i => x i ^ 2) / INR m - sum m x ^ 2 /
      INR m ^ 2).
    rewrite e8.
    normal.
  }
  change (INR m1 * Var m1 x (Mean m1 x) + INR m2 * Var m2 (after m1 x) (Mean m2 (after m1 x)) + INR m1 * INR
    m2 * (Mean m1 x - Mean m2 (after m1 x)) ^ 2 / INR m = INR m * Var m x (Mean m x)).
  rewrite e6.
  rewrite e4.
  rewrite e3.
  rewrite e9.
  rewrite e1.
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** The first sum of the backward pass. *)
Theorem merging_4 :
  forall (m : nat) (m1 m2 : nat) (dy : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  sum m1 dy + sum m2 (after m1 dy) =
  sum m dy.
Proof.
  intros m m1 m2 dy Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  change (sum m1 dy + sum m2 (after m1 dy) = sum m dy).
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** The second sum of the backward pass, where each shard has used its own mean. *)
Theorem merging_5 :
  forall (m : nat) (m1 m2 : nat) (dy x : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  sum m1 (fun i => dy i * (x i - Mean m1 x)) + sum m2 (fun i => after m1 dy i * (after m1 x i - Mean m2 (after
    m1 x))) + (Mean m1 x - Mean m x) * sum m1 dy + (Mean m2 (after m1 x) - Mean m x) * sum m2 (after m1 dy) =
  sum m (fun i => dy i * (x i - Mean m x)).
Proof.
  intros m m1 m2 dy x Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  assert (e1 : Mean m1 x = sum m1 x / INR m1).
  {
    change (sum m1 x / INR m1 = sum m1 x / INR m1).
    normal.
  }
  assert (e2 : sum m1 (fun i => dy i * (x i - Mean m1 x)) = - (sum m1 dy * sum m1 x / INR m1) + sum m1 (fun i
    => dy i * x i)).
  {
    transitivity (sum m1 (fun i => (1) * (dy i * x i) + ((- (sum m1 x / INR m1)) * (dy i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Mean m2 (after m1 x) = sum m2 (after m1 x) / INR m2).
  {
    change (sum m2 (after m1 x) / INR m2 = sum m2 (after m1 x) / INR m2).
    normal.
  }
  assert (e4 : sum m2 (fun i => after m1 dy i * (after m1 x i - Mean m2 (after m1 x))) = - (sum m2 (after m1
    dy) * sum m2 (after m1 x) / INR m2) + sum m2 (fun i => after m1 dy i * after m1 x i)).
  {
    transitivity (sum m2 (fun i => (1) * (after m1 dy i * after m1 x i) + ((- (sum m2 (after m1 x) / INR m2))
      * (after m1 dy i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite e3.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e5 : Mean m x = sum m x / INR m).
  {
    change (sum m x / INR m = sum m x / INR m).
    normal.
  }
  assert (e6 : sum m (fun i => dy i * (x i - Mean m x)) = - (sum m dy * sum m x / INR m) + sum m (fun i => dy
    i * x i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * x i) + ((- (sum m x / INR m)) * (dy i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite e5.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  change (sum m1 (fun i => dy i * (x i - Mean m1 x)) + sum m2 (fun i => after m1 dy i * (after m1 x i - Mean
    m2 (after m1 x))) + (Mean m1 x - Mean m x) * sum m1 dy + (Mean m2 (after m1 x) - Mean m x) * sum m2 (after
    m1 dy) = sum m (fun i => dy i * (x i - Mean m x))).
  rewrite e4.
  rewrite e2.
  rewrite e6.
  rewrite e3.
  rewrite e1.
  rewrite e5.
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

Lemma derivative_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (0 + (0 + (1 * 1 + 0 * 0)))))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * (0 + (0 + (1 * 1 + 0 * 0)))) = sum m dy).
  assert (e1 : sum m (fun i => dy i * (0 + (0 + (1 * 1 + 0 * 0)))) = sum m dy).
  {
    transitivity (sum m (fun i => (1) * (dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** So the gradients of the whole batch are made of what the shards have: this one of the first ... *)
Theorem merging_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_1 m beta dy eps gamma x size Hroot)).
  change (sum m dy = sum m dy).
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0
  (Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * dy i)).
Proof.
  intros m beta dy eps gamma x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x (Mean m x) (Var m x (Mean m x)) eps
    i + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 + 0)) =
    rstd * sum m (fun i => (x i - mean) * dy i)).
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
  assert (e3 : sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0 +
    0)) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

(** ... this one of the second ... *)
Theorem merging_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0
  (Rstd (Var m x (Mean m x)) eps * sum m (fun i => dy i * (x i - Mean m x))).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * (x i - mean)) = sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_2 m beta dy eps gamma x size Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = rstd * sum m (fun i => dy i * (x i - mean))).
  rewrite e1.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i)
    / INR m) + dy k * gamma * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps * sum m dy
    / INR m).
Proof.
  intros m beta dy eps gamma x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (Var m
    (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - (move x (unit k) 0 i2 - Mean m (move x (unit k)
    0)) * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m
    (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) +
    eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) - (x i2
    - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0)
    / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd * sum m dy / INR m).
  assert (e1 : sum m (unit k) = 1).
  {
    transitivity (sum m (fun i => (1) * (1 * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => 1) Hk).
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) = 2 * (x k -
    mean)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * unit k i1) + ((- (2 / INR m)) * (x i1 - mean) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => x i1 - mean) Hk).
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) -
    (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m
    + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * unit k i2) + ((- (gamma * rstd / INR m)) * (dy
      i2) + ((- ((x k - mean) * gamma * rstd ^ 3 / INR m)) * ((x i2 - mean) * dy i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => dy i2) Hk).
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** ... and, at each element of either shard, this one of both: synchronised batch normalization. *)
Theorem merging_8 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (dy k - sum m dy / INR m - Xhat x (Mean m x) (Var m x (Mean m x))
    eps k * Rstd (Var m x (Mean m x)) eps * sum m (fun i => dy i * (x i - Mean m x)) / INR m)).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
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
  assert (e3 : sum m (fun i => dy i * (x i - mean)) = sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_3 m beta dy eps gamma x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma *
    rstd - gamma * rstd * sum m dy / INR m = gamma * rstd * (dy k - sum m dy / INR m - Xhat x mean var eps k *
    rstd * sum m (fun i => dy i * (x i - mean)) / INR m)).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

(** The rule above takes $(n_1, a_1, v_1)$ and $(n_2, a_2, v_2)$, counts, means and variances, to one triple.
  In the coordinates $n$, $n a$ ... *)
Theorem merging_9 :
  forall (m : nat) (a1 a2 n1 n2 : R),
  (1 <= m)%nat ->
  n1 + n2 <> 0 ->
  (n1 + n2) * (n1 * a1 + n2 * a2) / (n1 + n2) =
  n1 * a1 + n2 * a2.
Proof.
  intros m a1 a2 n1 n2 Hm divisor1.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((n1 + n2) * (n1 * a1 + n2 * a2) / (n1 + n2) = n1 * a1 + n2 * a2).
  normal.
Qed.

(** ... and $n (v + a^2)$ it is addition. *)
Theorem merging_10 :
  forall (m : nat) (a1 a2 n1 n2 v1 v2 : R),
  (1 <= m)%nat ->
  n1 + n2 <> 0 ->
  (n1 + n2) ^ 2 <> 0 ->
  (n1 + n2) * ((n1 * v1 + n2 * v2) / (n1 + n2) + n1 * n2 * (a1 - a2) ^ 2 / (n1 + n2) ^ 2 + ((n1 * a1 + n2 *
    a2) / (n1 + n2)) ^ 2) =
  n1 * (v1 + a1 ^ 2) + n2 * (v2 + a2 ^ 2).
Proof.
  intros m a1 a2 n1 n2 v1 v2 Hm divisor1 divisor2.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((n1 + n2) * ((n1 * v1 + n2 * v2) / (n1 + n2) + n1 * n2 * (a1 - a2) ^ 2 / (n1 + n2) ^ 2 + ((n1 * a1 +
    n2 * a2) / (n1 + n2)) ^ 2) = n1 * (v1 + a1 ^ 2) + n2 * (v2 + a2 ^ 2)).
  normal.
Qed.

(** So shards may be exchanged: the mean ... *)
Theorem merging_11 :
  forall (m : nat) (a1 a2 n1 n2 : R),
  (1 <= m)%nat ->
  n2 + n1 <> 0 ->
  n1 + n2 <> 0 ->
  (n2 * a2 + n1 * a1) / (n2 + n1) =
  (n1 * a1 + n2 * a2) / (n1 + n2).
Proof.
  intros m a1 a2 n1 n2 Hm divisor1 divisor2.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((n2 * a2 + n1 * a1) / (n2 + n1) = (n1 * a1 + n2 * a2) / (n1 + n2)).
  normal.
Qed.

(** ... and the variance do not see it. *)
Theorem merging_12 :
  forall (m : nat) (a1 a2 n1 n2 v1 v2 : R),
  (1 <= m)%nat ->
  n2 + n1 <> 0 ->
  (n2 + n1) ^ 2 <> 0 ->
  n1 + n2 <> 0 ->
  (n1 + n2) ^ 2 <> 0 ->
  (n2 * v2 + n1 * v1) / (n2 + n1) + n2 * n1 * (a2 - a1) ^ 2 / (n2 + n1) ^ 2 =
  (n1 * v1 + n2 * v2) / (n1 + n2) + n1 * n2 * (a1 - a2) ^ 2 / (n1 + n2) ^ 2.
Proof.
  intros m a1 a2 n1 n2 v1 v2 Hm divisor1 divisor2 divisor3 divisor4.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((n2 * v2 + n1 * v1) / (n2 + n1) + n2 * n1 * (a2 - a1) ^ 2 / (n2 + n1) ^ 2 = (n1 * v1 + n2 * v2) /
    (n1 + n2) + n1 * n2 * (a1 - a2) ^ 2 / (n1 + n2) ^ 2).
  normal.
Qed.

(** A shard with count 0 leaves the mean of the other ... *)
Theorem merging_13 :
  forall (m : nat) (a1 a2 n2 : R),
  (1 <= m)%nat ->
  n2 <> 0 ->
  (0 * a1 + n2 * a2) / (0 + n2) =
  a2.
Proof.
  intros m a1 a2 n2 Hm n2_nonzero.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((0 * a1 + n2 * a2) / (0 + n2) = a2).
  normal.
Qed.

(** ... and its variance, whatever its own are said to be. *)
Theorem merging_14 :
  forall (m : nat) (a1 a2 n2 v1 v2 : R),
  (1 <= m)%nat ->
  n2 <> 0 ->
  (0 * v1 + n2 * v2) / (0 + n2) + 0 * n2 * (a1 - a2) ^ 2 / (0 + n2) ^ 2 =
  v2.
Proof.
  intros m a1 a2 n2 v1 v2 Hm n2_nonzero.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((0 * v1 + n2 * v2) / (0 + n2) + 0 * n2 * (a1 - a2) ^ 2 / (0 + n2) ^ 2 = v2).
  normal.
Qed.

(** All of it *)
Definition merging := (conj merging_1 (conj merging_2 (conj merging_3 (conj merging_4 (conj merging_5 (conj
  merging_6 (conj merging_7 (conj merging_8 (conj merging_9 (conj merging_10 (conj merging_11 (conj merging_12
  (conj merging_13 merging_14))))))))))))).
