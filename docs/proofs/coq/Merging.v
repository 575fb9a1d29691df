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

(** The rule above takes $(n_1, a_1, v_1)$ and $(n_2, a_2, v_2)$, counts, means and variances, to one triple.
  In the coordinates $n$, $n a$ and $n (v + a^2)$ it is addition. *)
Theorem merging_6 :
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

(** A shard with count 0 leaves the mean of the other ... *)
Theorem merging_7 :
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
Theorem merging_8 :
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
  merging_6 (conj merging_7 merging_8))))))).
