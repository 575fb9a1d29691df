(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Running statistics *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** Induction. With $P = (1 - q)^n$, $R = R_0$ and $S = \sum_j (1 - q)^{n - j} s_j$ the form after $n$ steps
  is $P R + q S$; one more step multiplies $P$ by $1 - q$ and makes $(1 - q) S + s$ of $S$. *)
Theorem running_statistics_1 :
  forall (m : nat) (P R_ S_ q s : R),
  (1 <= m)%nat ->
  (1 - q) * (P * R_ + q * S_) + q * s =
  P * (1 - q) * R_ + q * ((1 - q) * S_ + s).
Proof.
  intros m P R_ S_ q s Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change ((1 - q) * (P * R_ + q * S_) + q * s = P * (1 - q) * R_ + q * ((1 - q) * S_ + s)).
  normal.
Qed.

(** The weights sum to 1: with $W = \sum_j (1 - q)^{n - j}$, if $P + q W = 1$ then the next is $(1 - q) + q =
  1$. *)
Theorem running_statistics_2 :
  forall (m : nat) (P W q : R),
  (1 <= m)%nat ->
  P * (1 - q) + q * ((1 - q) * W + 1) =
  (1 - q) * (P + q * W) + q.
Proof.
  intros m P W q Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change (P * (1 - q) + q * ((1 - q) * W + 1) = (1 - q) * (P + q * W) + q).
  normal.
Qed.

(** For the expectation: the square of a sum is the sum of squares, and that of products of different
  elements. *)
Theorem running_statistics_3 :
  forall (m : nat) (x : nat -> R),
  (1 <= m)%nat ->
  sum m x ^ 2 =
  sum m (fun i => x i ^ 2) + sum m (fun i1 => x i1 * (sum m x - x i1)).
Proof.
  intros m x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m x = mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : sum m (fun i => x i ^ 2) = mean ^ 2 * INR m + var * INR m).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2) + ((2 * mean) * (x i - mean) + ((mean ^ 2) * (1) +
      (0))))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sum m (fun i1 => x i1 * (sum m x - x i1)) = - (mean ^ 2 * INR m) + mean ^ 2 * INR m ^ 2 - var *
    INR m).
  {
    transitivity (sum m (fun i1 => (mean * INR m - 2 * mean) * (x i1 - mean) + ((- 1) * ((x i1 - mean) ^ 2) +
      ((mean ^ 2 * INR m - mean ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    rewrite sum_one.
    normal.
  }
  change (sum m x ^ 2 = sum m (fun i => x i ^ 2) + sum m (fun i1 => x i1 * (sum m x - x i1))).
  rewrite e3.
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** The expectation of $\sigma^2 = \frac{1}{m} \sum x_i^2 - \mu^2$ for independent samples of mean $M$ and
  variance $V$: each of the $m$ squares has the expectation $V + M^2$, each of the $m (m - 1)$ products of
  different samples $M^2$. *)
Theorem running_statistics_4 :
  forall (m : nat) (M V : R),
  (1 <= m)%nat ->
  INR m * (V + M ^ 2) / INR m - (INR m * (V + M ^ 2) + INR m * (INR m - 1) * M ^ 2) / INR m ^ 2 =
  (INR m - 1) * V / INR m.
Proof.
  intros m M V Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change (INR m * (V + M ^ 2) / INR m - (INR m * (V + M ^ 2) + INR m * (INR m - 1) * M ^ 2) / INR m ^ 2 = (INR
    m - 1) * V / INR m).
  normal.
Qed.

(** So $\sigma^2$ is too small by this, on average ... *)
Theorem running_statistics_5 :
  forall (m : nat) (M V : R),
  (1 <= m)%nat ->
  V - (INR m * (V + M ^ 2) / INR m - (INR m * (V + M ^ 2) + INR m * (INR m - 1) * M ^ 2) / INR m ^ 2) =
  V / INR m.
Proof.
  intros m M V Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  change (V - (INR m * (V + M ^ 2) / INR m - (INR m * (V + M ^ 2) + INR m * (INR m - 1) * M ^ 2) / INR m ^ 2)
    = V / INR m).
  normal.
Qed.

(** ... and $\frac{m}{m - 1} \sigma^2$ is right. *)
Theorem running_statistics_6 :
  forall (m : nat) (M V : R),
  (2 <= m)%nat ->
  INR m * (INR m * (V + M ^ 2) / INR m - (INR m * (V + M ^ 2) + INR m * (INR m - 1) * M ^ 2) / INR m ^ 2) /
    (INR m - 1) =
  V.
Proof.
  intros m M V Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (le_INR _ _ Hm) as least; simpl in least.
  change (INR m * (INR m * (V + M ^ 2) / INR m - (INR m * (V + M ^ 2) + INR m * (INR m - 1) * M ^ 2) / INR m ^
    2) / (INR m - 1) = V).
  normal.
Qed.

(** A step, for the mean, with $\mu_0$ the old running mean and $\bar{\mu}$ the new one: the distance from the
  batch's shrinks by $1 - q$. *)
Theorem running_statistics_7 :
  forall (m : nat) (old_mean q : R) (x : nat -> R),
  (1 <= m)%nat ->
  (1 - q) * old_mean + q * Mean m x - Mean m x =
  (1 - q) * (old_mean - Mean m x).
Proof.
  intros m old_mean q x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change ((1 - q) * old_mean + q * mean - mean = (1 - q) * (old_mean - mean)).
  normal.
Qed.

(** And for the variance. *)
Theorem running_statistics_8 :
  forall (m : nat) (old_var q : R) (x : nat -> R),
  (2 <= m)%nat ->
  (1 - q) * old_var + q * Var m x (Mean m x) * INR m / (INR m - 1) - INR m * Var m x (Mean m x) / (INR m - 1)
    =
  (1 - q) * (old_var - INR m * Var m x (Mean m x) / (INR m - 1)).
Proof.
  intros m old_var q x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (le_INR _ _ Hm) as least; simpl in least.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change ((1 - q) * old_var + q * var * INR m / (INR m - 1) - INR m * var / (INR m - 1) = (1 - q) * (old_var -
    INR m * var / (INR m - 1))).
  normal.
Qed.

(** The closed form after two steps, on one batch twice. *)
Theorem running_statistics_9 :
  forall (m : nat) (old_mean q : R) (x : nat -> R),
  (1 <= m)%nat ->
  (1 - q) * ((1 - q) * old_mean + q * Mean m x) + q * Mean m x =
  (1 - q) ^ 2 * old_mean + q * ((1 - q) * Mean m x + Mean m x).
Proof.
  intros m old_mean q x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change ((1 - q) * ((1 - q) * old_mean + q * mean) + q * mean = (1 - q) ^ 2 * old_mean + q * ((1 - q) * mean
    + mean)).
  normal.
Qed.

(** The pooled variance of two batches, less the average of their variances, weighed by their counts: what an
  average of averages misses. *)
Theorem running_statistics_10 :
  forall (m : nat) (m1 m2 : nat) (x : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  Var m x (Mean m x) - (INR m1 * Var m1 x (Mean m1 x) + INR m2 * Var m2 (after m1 x) (Mean m2 (after m1 x))) /
    INR m =
  INR m1 * INR m2 * (Mean m1 x - Mean m2 (after m1 x)) ^ 2 / INR m ^ 2.
Proof.
  intros m m1 m2 x Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  assert (e1 : Mean m x = sum m x / INR m).
  {
    change (sum m x / INR m = sum m x / INR m).
    normal.
  }
  assert (e2 : sum m (fun i => (x i - Mean m x) ^ 2) = - (sum m x ^ 2 / INR m) + sum m (fun i => x i ^ 2)).
  {
    transitivity (sum m (fun i => (1) * (x i ^ 2) + ((- (2 * sum m x / INR m)) * (x i) + ((sum m x ^ 2 / INR m
      ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : Var m x (Mean m x) = sum m (fun i => x i ^ 2) / INR m - sum m x ^ 2 / INR m ^ 2).
  {
    change (sum m (fun i => (x i - Mean m x) ^ 2) / INR m = sum m (fun i => x i ^ 2) / INR m - sum m x ^ 2 /
      INR m ^ 2).
    rewrite e2.
    normal.
  }
  assert (e4 : Mean m1 x = sum m1 x / INR m1).
  {
    change (sum m1 x / INR m1 = sum m1 x / INR m1).
    normal.
  }
  assert (e5 : sum m1 (fun i => (x i - Mean m1 x) ^ 2) = - (sum m1 x ^ 2 / INR m1) + sum m1 (fun i => x i ^
    2)).
  {
    transitivity (sum m1 (fun i => (1) * (x i ^ 2) + ((- (2 * sum m1 x / INR m1)) * (x i) + ((sum m1 x ^ 2 /
      INR m1 ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e4.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e6 : Var m1 x (Mean m1 x) = sum m1 (fun i => x i ^ 2) / INR m1 - sum m1 x ^ 2 / INR m1 ^ 2).
  {
    change (sum m1 (fun i => (x i - Mean m1 x) ^ 2) / INR m1 = sum m1 (fun i => x i ^ 2) / INR m1 - sum m1 x ^
      2 / INR m1 ^ 2).
    rewrite e5.
    normal.
  }
  assert (e7 : Mean m2 (after m1 x) = sum m2 (after m1 x) / INR m2).
  {
    change (sum m2 (after m1 x) / INR m2 = sum m2 (after m1 x) / INR m2).
    normal.
  }
  assert (e8 : sum m2 (fun i => (after m1 x i - Mean m2 (after m1 x)) ^ 2) = - (sum m2 (after m1 x) ^ 2 / INR
    m2) + sum m2 (fun i => after m1 x i ^ 2)).
  {
    transitivity (sum m2 (fun i => (1) * (after m1 x i ^ 2) + ((- (2 * sum m2 (after m1 x) / INR m2)) * (after
      m1 x i) + ((sum m2 (after m1 x) ^ 2 / INR m2 ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e7.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e9 : Var m2 (after m1 x) (Mean m2 (after m1 x)) = sum m2 (fun i => after m1 x i ^ 2) / INR m2 - sum
    m2 (after m1 x) ^ 2 / INR m2 ^ 2).
  {
    change (sum m2 (fun i => (after m1 x i - Mean m2 (after m1 x)) ^ 2) / INR m2 = sum m2 (fun i => after m1 x
      i ^ 2) / INR m2 - sum m2 (after m1 x) ^ 2 / INR m2 ^ 2).
    rewrite e8.
    normal.
  }
  change (Var m x (Mean m x) - (INR m1 * Var m1 x (Mean m1 x) + INR m2 * Var m2 (after m1 x) (Mean m2 (after
    m1 x))) / INR m = INR m1 * INR m2 * (Mean m1 x - Mean m2 (after m1 x)) ^ 2 / INR m ^ 2).
  rewrite e9.
  rewrite e7.
  rewrite e6.
  rewrite e3.
  rewrite e4.
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** If the batches are not weighed by their counts, the mean is off too, unless the counts are equal ... *)
Theorem running_statistics_11 :
  forall (m : nat) (m1 m2 : nat) (x : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  Mean m x - (Mean m1 x + Mean m2 (after m1 x)) / 2 =
  (INR m1 - INR m2) * (Mean m1 x - Mean m2 (after m1 x)) / (2 * INR m).
Proof.
  intros m m1 m2 x Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  assert (e1 : Mean m x = sum m x / INR m).
  {
    change (sum m x / INR m = sum m x / INR m).
    normal.
  }
  assert (e2 : Mean m1 x = sum m1 x / INR m1).
  {
    change (sum m1 x / INR m1 = sum m1 x / INR m1).
    normal.
  }
  assert (e3 : Mean m2 (after m1 x) = sum m2 (after m1 x) / INR m2).
  {
    change (sum m2 (after m1 x) / INR m2 = sum m2 (after m1 x) / INR m2).
    normal.
  }
  change (Mean m x - (Mean m1 x + Mean m2 (after m1 x)) / 2 = (INR m1 - INR m2) * (Mean m1 x - Mean m2 (after
    m1 x)) / (2 * INR m)).
  rewrite e3.
  rewrite e2.
  rewrite e1.
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** ... and the variance by this. *)
Theorem running_statistics_12 :
  forall (m : nat) (m1 m2 : nat) (x : nat -> R),
  m = (m1 + m2)%nat ->
  (1 <= m1)%nat ->
  (1 <= m2)%nat ->
  Var m x (Mean m x) - (Var m1 x (Mean m1 x) + Var m2 (after m1 x) (Mean m2 (after m1 x))) / 2 =
  (INR m1 - INR m2) * (Var m1 x (Mean m1 x) - Var m2 (after m1 x) (Mean m2 (after m1 x))) / (2 * INR m) + INR
    m1 * INR m2 * (Mean m1 x - Mean m2 (after m1 x)) ^ 2 / INR m ^ 2.
Proof.
  intros m m1 m2 x Hm first second.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (size_positive _ first) as size1.
  pose proof (size_positive _ second) as size2.
  assert (e1 : Mean m x = sum m x / INR m).
  {
    change (sum m x / INR m = sum m x / INR m).
    normal.
  }
  assert (e2 : sum m (fun i => (x i - Mean m x) ^ 2) = - (sum m x ^ 2 / INR m) + sum m (fun i => x i ^ 2)).
  {
    transitivity (sum m (fun i => (1) * (x i ^ 2) + ((- (2 * sum m x / INR m)) * (x i) + ((sum m x ^ 2 / INR m
      ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : Var m x (Mean m x) = sum m (fun i => x i ^ 2) / INR m - sum m x ^ 2 / INR m ^ 2).
  {
    change (sum m (fun i => (x i - Mean m x) ^ 2) / INR m = sum m (fun i => x i ^ 2) / INR m - sum m x ^ 2 /
      INR m ^ 2).
    rewrite e2.
    normal.
  }
  assert (e4 : Mean m1 x = sum m1 x / INR m1).
  {
    change (sum m1 x / INR m1 = sum m1 x / INR m1).
    normal.
  }
  assert (e5 : sum m1 (fun i => (x i - Mean m1 x) ^ 2) = - (sum m1 x ^ 2 / INR m1) + sum m1 (fun i => x i ^
    2)).
  {
    transitivity (sum m1 (fun i => (1) * (x i ^ 2) + ((- (2 * sum m1 x / INR m1)) * (x i) + ((sum m1 x ^ 2 /
      INR m1 ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e4.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e6 : Var m1 x (Mean m1 x) = sum m1 (fun i => x i ^ 2) / INR m1 - sum m1 x ^ 2 / INR m1 ^ 2).
  {
    change (sum m1 (fun i => (x i - Mean m1 x) ^ 2) / INR m1 = sum m1 (fun i => x i ^ 2) / INR m1 - sum m1 x ^
      2 / INR m1 ^ 2).
    rewrite e5.
    normal.
  }
  assert (e7 : Mean m2 (after m1 x) = sum m2 (after m1 x) / INR m2).
  {
    change (sum m2 (after m1 x) / INR m2 = sum m2 (after m1 x) / INR m2).
    normal.
  }
  assert (e8 : sum m2 (fun i => (after m1 x i - Mean m2 (after m1 x)) ^ 2) = - (sum m2 (after m1 x) ^ 2 / INR
    m2) + sum m2 (fun i => after m1 x i ^ 2)).
  {
    transitivity (sum m2 (fun i => (1) * (after m1 x i ^ 2) + ((- (2 * sum m2 (after m1 x) / INR m2)) * (after
      m1 x i) + ((sum m2 (after m1 x) ^ 2 / INR m2 ^ 2) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite e7.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e9 : Var m2 (after m1 x) (Mean m2 (after m1 x)) = sum m2 (fun i => after m1 x i ^ 2) / INR m2 - sum
    m2 (after m1 x) ^ 2 / INR m2 ^ 2).
  {
    change (sum m2 (fun i => (after m1 x i - Mean m2 (after m1 x)) ^ 2) / INR m2 = sum m2 (fun i => after m1 x
      i ^ 2) / INR m2 - sum m2 (after m1 x) ^ 2 / INR m2 ^ 2).
    rewrite e8.
    normal.
  }
  change (Var m x (Mean m x) - (Var m1 x (Mean m1 x) + Var m2 (after m1 x) (Mean m2 (after m1 x))) / 2 = (INR
    m1 - INR m2) * (Var m1 x (Mean m1 x) - Var m2 (after m1 x) (Mean m2 (after m1 x))) / (2 * INR m) + INR m1
    * INR m2 * (Mean m1 x - Mean m2 (after m1 x)) ^ 2 / INR m ^ 2).
  rewrite e9.
  rewrite e7.
  rewrite e6.
  rewrite e3.
  rewrite e4.
  subst m; rewrite ?plus_INR, ?sum_after; unfold after.
  normal.
Qed.

(** All of it *)
Definition running_statistics := (conj running_statistics_1 (conj running_statistics_2 (conj
  running_statistics_3 (conj running_statistics_4 (conj running_statistics_5 (conj running_statistics_6 (conj
  running_statistics_7 (conj running_statistics_8 (conj running_statistics_9 (conj running_statistics_10 (conj
  running_statistics_11 running_statistics_12))))))))))).
