(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Weights in the statistics alone *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** (9.38) over the weighed batch ... *)
Theorem weights_1 :
  forall (m : nat) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  WeightedMean m x weight * sum m weight =
  sum m (fun i => weight i * x i).
Proof.
  intros m weight x Hm divisor.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  assert (e1 : sum m (fun i => weight i * x i) = mean * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * weight i) + ((mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (mean * sum m weight = sum m (fun i => weight i * x i)).
  rewrite e1.
  normal.
Qed.

(** ... and (9.39). *)
Theorem weights_2 :
  forall (m : nat) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  WeightedVar m x (WeightedMean m x weight) weight * sum m weight =
  sum m (fun i => weight i * (x i - WeightedMean m x weight) ^ 2).
Proof.
  intros m weight x Hm divisor.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  assert (e1 : sum m (fun i => weight i * (x i - mean) ^ 2) = var * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (var * sum m weight = sum m (fun i => weight i * (x i - mean) ^ 2)).
  rewrite e1.
  normal.
Qed.

Lemma derivative_1 :
  forall (m : nat) (weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  (k < m)%nat ->
  is_derive (fun t : R => WeightedMean m (move x (unit k) t) weight) 0
  (weight k / sum m weight).
Proof.
  intros m weight x k size divisor Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  apply (d_eq _ _ (sum m (fun i => weight i * unit k i) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  change (sum m (fun i => weight i * unit k i) / sum m weight = weight k / sum m weight).
  assert (e1 : sum m (fun i => weight i * unit k i) = weight k).
  {
    transitivity (sum m (fun i => (1) * (weight i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => weight i) Hk).
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** An element moves the mean by its share of the weights ... *)
Theorem weights_3 :
  forall (m : nat) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  (k < m)%nat ->
  is_derive (fun t : R => WeightedMean m (move x (unit k) t) weight) 0
  (weight k / sum m weight).
Proof.
  intros m weight x k Hm divisor Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  apply (d_eq _ _ _ _ (derivative_1 m weight x k size divisor Hk)).
  change (weight k / sum m weight = weight k / sum m weight).
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  (k < m)%nat ->
  is_derive (fun t : R => WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight)
    weight) 0
  (2 * (x k - WeightedMean m x weight) * weight k / sum m weight).
Proof.
  intros m weight x k size divisor Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  apply (d_eq _ _ (sum m (fun i1 => weight i1 * (2 * ((move x (unit k) 0 i1 - WeightedMean m (move x (unit k)
    0) weight) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  change (sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit
    k i) / sum m weight)))) / sum m weight = 2 * (x k - mean) * weight k / sum m weight).
  assert (e1 : sum m (fun i => weight i * unit k i) = weight k).
  {
    transitivity (sum m (fun i => (1) * (weight i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => weight i) Hk).
    normal.
  }
  assert (e2 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i *
    unit k i) / sum m weight)))) = 2 * (x k - mean) * weight k).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * weight i1 * unit k i1) + ((- (2 * weight k / sum m
      weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => (x i1 - mean) * weight i1) Hk).
    rewrite first_moment.
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** ... and the variance too: the movement of the mean inside the square contributes nothing, because the
  weighed deviations sum to 0. An element of weight 0 moves neither. *)
Theorem weights_4 :
  forall (m : nat) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  (k < m)%nat ->
  is_derive (fun t : R => WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight)
    weight) 0
  (2 * weight k * (x k - WeightedMean m x weight) / sum m weight).
Proof.
  intros m weight x k Hm divisor Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  apply (d_eq _ _ _ _ (derivative_2 m weight x k size divisor Hk)).
  change (2 * (x k - mean) * weight k / sum m weight = 2 * weight k * (x k - mean) / sum m weight).
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (eps : R) (h weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps k) 0
  (- ((x k - WeightedMean m x weight) * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum
    m (fun i => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight) + h k * Rstd (WeightedVar m
    x (WeightedMean m x weight) weight) eps - Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps *
    sum m (fun i => h i * weight i) / sum m weight).
Proof.
  intros m eps h weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (((h k - sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 k - WeightedMean m (move x h 0) weight) *
    ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 -
    sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (((h k - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x k - mean) * ((sum m
    (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 = - ((x k - mean) * rstd
    ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight) + h k * rstd - rstd * sum m (fun i =>
    h i * weight i) / sum m weight).
  assert (e1 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  rewrite e3.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** The product rule on (9.40), $\hat{x}_k = (x_k - \mu) r$, as $r$ moves by $-r^3/2$ times the variance. *)
Theorem weights_5 :
  forall (m : nat) (eps : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t)
    (WeightedMean m (move x v t) weight) weight) eps k) 0
  (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v k - sum m (fun i => weight i * v i) / sum
    m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k * sum
    m (fun i => weight i * v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight)).
Proof.
  intros m eps v weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) *
    v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_3 m eps v weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight) + v k *
    rstd - rstd * sum m (fun i => v i * weight i) / sum m weight = rstd * (v k - sum m (fun i => weight i * v
    i) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * v i * Xhat x mean var eps i) / sum
    m weight)).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (beta eps gamma : R) (h weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h
    t) (WeightedMean m (move x h t) weight) weight) eps) gamma beta k) 0
  (- ((x k - WeightedMean m x weight) * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    3 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight) + h k * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps - gamma * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps * sum m (fun i => h i * weight i) / sum m weight).
Proof.
  intros m beta eps gamma h weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * (((h k - sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 k - WeightedMean m (move x h
    0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1
    * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * (((h k - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x k - mean) *
    ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight) + h k * gamma * rstd -
    gamma * rstd * sum m (fun i => h i * weight i) / sum m weight).
  assert (e1 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  rewrite e3.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** So the output (9.41) moves by this where the input does ... *)
Theorem weights_6 :
  forall (m : nat) (beta eps gamma : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v
    t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v k - sum m (fun i => weight i * v
    i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i => weight i * v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m
    x weight) weight) eps i) / sum m weight)).
Proof.
  intros m beta eps gamma v weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) *
    v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m beta eps gamma v weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight)
    + v k * gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m weight = gamma * rstd * (v k
    - sum m (fun i => weight i * v i) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * v i
    * Xhat x mean var eps i) / sum m weight)).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (beta eps gamma h : R) (weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) (gamma + t * h) beta k) 0
  ((x k - WeightedMean m x weight) * h * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps).
Proof.
  intros m beta eps gamma h weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ ((0 + (1 * h + 0 * 0)) * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps k + (gamma + 0 * h) * 0 + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change ((0 + (1 * h + 0 * 0)) * Xhat x mean var eps k + (gamma + 0 * h) * 0 + 0 = (x k - mean) * h * rstd).
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
  rewrite e2.
  normal.
Qed.

(** ... by this where $\gamma$ moves by $p$ ... *)
Theorem weights_7 :
  forall (m : nat) (beta eps gamma p : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) (gamma + t * p) beta k) 0
  (p * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k).
Proof.
  intros m beta eps gamma p weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
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
  apply (d_eq _ _ _ _ (derivative_5 m beta eps gamma p weight x k size divisor Hroot Hk)).
  change ((x k - mean) * p * rstd = p * Xhat x mean var eps k).
  rewrite e2.
  normal.
Qed.

Lemma derivative_6 :
  forall (m : nat) (beta eps gamma h : R) (weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma (beta + t * h) k) 0
  (h).
Proof.
  intros m beta eps gamma h weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (0 + (0 + (1 * h + 0 * 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (0 + (0 + (1 * h + 0 * 0)) = h).
  normal.
Qed.

(** ... and with $\beta$. *)
Theorem weights_8 :
  forall (m : nat) (beta eps gamma q : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma (beta + t * q) k) 0
  (q).
Proof.
  intros m beta eps gamma q weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_6 m beta eps gamma q weight x k size divisor Hroot Hk)).
  change (q = q).
  normal.
Qed.

Lemma derivative_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (0 + (0 + (1 * 1 + 0 * 0)))))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
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

(** The gradients sum over all elements, each once: $\beta$ reaches them all ... *)
Theorem weights_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_7 m beta dy eps gamma weight x size divisor Hroot)).
  change (sum m dy = sum m dy).
  normal.
Qed.

Lemma derivative_8 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0
  (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i)).
Proof.
  intros m beta dy eps gamma weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
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

(** ... and so does $\gamma$. *)
Theorem weights_10 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0
  (sum m (fun i => dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps i)).
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
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
  assert (e3 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_8 m beta dy eps gamma weight x size divisor Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = sum m (fun i => dy i * Xhat x mean var eps i)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k)
    t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps)
    gamma beta i)) 0
  (- ((x k - WeightedMean m x weight) * weight k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * dy i) / sum m weight) + dy k * gamma *
    Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps - weight k * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * sum m dy / sum m weight).
Proof.
  intros m beta dy eps gamma weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (fun i => weight i * unit k i) / sum
    m weight) * sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight) weight +
    eps) - (move x (unit k) 0 i2 - WeightedMean m (move x (unit k) 0) weight) * ((sum m (fun i1 => weight i1 *
    (2 * ((move x (unit k) 0 i1 - WeightedMean m (move x (unit k) 0) weight) ^ 1 * (unit k i1 - sum m (fun i
    => weight i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x (unit k)
    0) (WeightedMean m (move x (unit k) 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x (unit k) 0)
    (WeightedMean m (move x (unit k) 0) weight) weight + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (fun i => weight i * unit k i) / sum m
    weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 *
    (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var
    + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * dy i) / sum m weight) + dy k * gamma * rstd - weight k * gamma * rstd * sum m dy / sum m
    weight).
  assert (e1 : sum m (fun i => weight i * unit k i) = weight k).
  {
    transitivity (sum m (fun i => (1) * (weight i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => weight i) Hk).
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i *
    unit k i) / sum m weight)))) = 2 * (x k - mean) * weight k).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * weight i1 * unit k i1) + ((- (2 * weight k / sum m
      weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => (x i1 - mean) * weight i1) Hk).
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (fun i => weight i * unit k i) / sum m
    weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 *
    (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var
    + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * dy i) / sum m weight) + dy k * gamma * rstd - weight k * gamma * rstd * sum m dy / sum m
    weight).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * unit k i2) + ((- (weight k * gamma * rstd / sum m
      weight)) * (dy i2) + ((- ((x k - mean) * weight k * gamma * rstd ^ 3 / sum m weight)) * ((x i2 - mean) *
      dy i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => dy i2) Hk).
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** What reaches $x_k$ through the mean and the variance has its share of the weights as a factor. *)
Theorem weights_11 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k)
    t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps)
    gamma beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k) t)
    weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma
    beta i)) 0 =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - weight k * (Derive (fun t =>
    sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma (beta + t * 1) i)) 0 + Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps k * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0) / sum m weight).
Proof.
  intros m beta dy eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight)
    eps) gamma beta i)) 0 = - ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i) / sum m weight) + dy k * gamma * rstd - weight k * gamma * rstd * sum m dy / sum m weight).
  {
    transitivity (- ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m
      weight) + dy k * gamma * rstd - weight k * gamma * rstd * sum m dy / sum m weight).
    { apply is_derive_unique. exact (derivative_9 m beta dy eps gamma weight x k size divisor Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i)) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma weight x size divisor Hroot). }
    normal.
  }
  assert (e3 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e4 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e3.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) *
    dy i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i)).
    { apply is_derive_unique. exact (derivative_8 m beta dy eps gamma weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_9 m beta dy eps gamma weight x k size divisor Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma weight x size divisor Hroot).
  }
  split.
  {
    eexists. exact (derivative_8 m beta dy eps gamma weight x size divisor Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k)
    t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps)
    gamma beta i)) 0 = gamma * rstd * (dy k - weight k * (Derive (fun t => sum m (fun i => dy i * Y (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i))
    0 + Xhat x mean var eps k * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0) / sum m weight)).
  rewrite e1.
  rewrite e5.
  rewrite e2.
  rewrite e4.
  normal.
Qed.

(** The adjoint identity. *)
Theorem weights_12 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0) /\
  sum m (fun i => dy i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) =
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (WeightedMean m (move
    x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x (unit i1) t) weight)
    weight) eps) gamma beta i)) 0 * v i1).
Proof.
  intros m beta dy eps gamma v weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0 = -
    ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight) + v i *
    gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m weight).
  {
    intros i Hi.
    transitivity (- ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m
      weight) + v i * gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_4 m beta eps gamma v weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => dy i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) =
    gamma * rstd * sum m (fun i => dy i * v i) - gamma * rstd * sum m dy * sum m (fun i => v i * weight i) /
    sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v
    i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum
      m weight)) * ((x i - mean) * dy i) + ((gamma * rstd) * (dy i * v i) + ((- (gamma * rstd * sum m (fun i
      => v i * weight i) / sum m weight)) * (dy i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0 = - ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * dy i) / sum m weight) + dy i1 * gamma * rstd - weight i1 * gamma * rstd * sum m
    dy / sum m weight).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum
      m weight) + dy i1 * gamma * rstd - weight i1 * gamma * rstd * sum m dy / sum m weight).
    { apply is_derive_unique. exact (derivative_9 m beta dy eps gamma weight x i1 size divisor Hroot Hi1). }
    normal.
  }
  assert (e4 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0 * v i1) = gamma * rstd * sum m (fun i => dy i * v i) -
    gamma * rstd * sum m dy * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i
    => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m
      weight)) * ((x i1 - mean) * v i1 * weight i1) + ((gamma * rstd) * (dy i1 * v i1) + ((- (gamma * rstd *
      sum m dy / sum m weight)) * (v i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_4 m beta eps gamma v weight x i size divisor Hroot Hi).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta dy eps gamma weight x i1 size divisor Hroot Hi1).
  }
  change (sum m (fun i => dy i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) = sum m
    (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x (unit i1) t) weight)
    weight) eps) gamma beta i)) 0 * v i1)).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

(** A shift of the whole batch is still not seen ... *)
Theorem weights_13 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (WeightedMean m (move
    x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x (unit i1) t) weight)
    weight) eps) gamma beta i)) 0) =
  0.
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0 = - ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * dy i) / sum m weight) + dy i1 * gamma * rstd - weight i1 * gamma * rstd * sum m
    dy / sum m weight).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum
      m weight) + dy i1 * gamma * rstd - weight i1 * gamma * rstd * sum m dy / sum m weight).
    { apply is_derive_unique. exact (derivative_9 m beta dy eps gamma weight x i1 size divisor Hroot Hi1). }
    normal.
  }
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0) = 0).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m
      weight)) * ((x i1 - mean) * weight i1) + ((gamma * rstd) * (dy i1) + ((- (gamma * rstd * sum m dy / sum
      m weight)) * (weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta dy eps gamma weight x i1 size divisor Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (WeightedMean
    m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x (unit i1) t)
    weight) weight) eps) gamma beta i)) 0) = 0).
  rewrite e2.
  normal.
Qed.

(** ... nor, at $\epsilon = 0$, its scale. *)
Theorem weights_14 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (WeightedMean m (move
    x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x (unit i1) t) weight)
    weight) eps) gamma beta i)) 0 * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i1) =
  gamma * eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * Derive (fun t => sum m (fun
    i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps)
    (gamma + t * 1) beta i)) 0.
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0 = - ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * dy i) / sum m weight) + dy i1 * gamma * rstd - weight i1 * gamma * rstd * sum m
    dy / sum m weight).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum
      m weight) + dy i1 * gamma * rstd - weight i1 * gamma * rstd * sum m dy / sum m weight).
    { apply is_derive_unique. exact (derivative_9 m beta dy eps gamma weight x i1 size divisor Hroot Hi1). }
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e4 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (WeightedMean m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x
    (unit i1) t) weight) weight) eps) gamma beta i)) 0 * Xhat x mean var eps i1) = gamma * rstd ^ 2 * sum m
    (fun i => (x i - mean) * dy i) - gamma * rstd ^ 4 * var * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / sum m
      weight)) * ((x i1 - mean) ^ 2 * weight i1) + ((gamma * rstd ^ 2) * ((x i1 - mean) * dy i1) + ((- (gamma
      * rstd ^ 2 * sum m dy / sum m weight)) * ((x i1 - mean) * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) *
    dy i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i)).
    { apply is_derive_unique. exact (derivative_8 m beta dy eps gamma weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta dy eps gamma weight x i1 size divisor Hroot Hi1).
  }
  split.
  {
    eexists. exact (derivative_8 m beta dy eps gamma weight x size divisor Hroot).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (WeightedMean
    m (move x (unit i1) t) weight) (WeightedVar m (move x (unit i1) t) (WeightedMean m (move x (unit i1) t)
    weight) weight) eps) gamma beta i)) 0 * Xhat x mean var eps i1) = gamma * eps * rstd ^ 3 * Derive (fun t
    => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) (gamma + t * 1) beta i)) 0).
  rewrite e4.
  rewrite e5.
  normal.
Qed.

(** A loss that has the weights itself hands over $w_i \mathrm{d}y_i$. So this is how the theorem on [weighted
  and masked batches](weighted.md) hangs together with this one: its $\mathrm{d}x_k$ times $w_k$ is the
  derivative of its loss by $x_k$, where $w_k = 0$ too. *)
Theorem weights_15 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => weight i * dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move
    x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight)
    weight) eps) gamma beta i)) 0
  (weight k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - sum m (fun i =>
    weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps k * sum m (fun i => weight i * dy i * Xhat x (WeightedMean m x weight) (WeightedVar m
    x (WeightedMean m x weight) weight) eps i) / sum m weight)).
Proof.
  intros m beta dy eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean)
    * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => (x i - mean) * (weight i * dy i)) = sum m (fun i => (x i - mean) * dy i *
    weight i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_9 m beta (fun i => weight i * dy i) eps gamma weight x k size divisor Hroot
    Hk)).
  change (- ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * (weight i * dy i)) /
    sum m weight) + weight k * dy k * gamma * rstd - weight k * gamma * rstd * sum m (fun i => weight i * dy
    i) / sum m weight = weight k * gamma * rstd * (dy k - sum m (fun i => weight i * dy i) / sum m weight -
    Xhat x mean var eps k * sum m (fun i => weight i * dy i * Xhat x mean var eps i) / sum m weight)).
  rewrite e5.
  rewrite e6.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_10 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit i1)
    t1) (WeightedMean m (move x (unit i1) t1) weight) weight) eps) gamma beta i)) 0) + p * Derive (fun t1 =>
    sum m (fun i => move dy (unit k) t i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => move dy (unit
    k) t i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma
    (beta + t1 * 1) i)) 0) 0
  (- ((x k - WeightedMean m x weight) * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    3 * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) / sum m weight) + (x k -
    WeightedMean m x weight) * p * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps + v k * gamma *
    Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps - gamma * Rstd (WeightedVar m x (WeightedMean
    m x weight) weight) eps * sum m (fun i => v i * weight i) / sum m weight + q).
Proof.
  intros m beta dy eps gamma p q v weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((x i1 - WeightedMean m x weight) * weight
    i1 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * move dy (unit k) t i) / sum m weight) + move dy (unit k) t i1 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps - weight i1 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * sum m (move dy (unit k) t) / sum m weight)) + p * (Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight) *
    move dy (unit k) t i)) + q * sum m (move dy (unit k) t))).
  {
    apply filter_forall; intros t.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
      (Xhat (move x (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit
      i1) t1) (WeightedMean m (move x (unit i1) t1) weight) weight) eps) gamma beta i)) 0 = - ((x i1 -
      WeightedMean m x weight) * weight i1 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight)
      eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * move dy (unit k) t i) / sum m weight) + move
      dy (unit k) t i1 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps - weight i1 *
      gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (move dy (unit k) t) / sum m
      weight).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_9 m beta (move dy (unit k) t) eps gamma weight x i1 size
        divisor Hroot Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x (WeightedMean m x
      weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t1 * 1) beta i)) 0 = Rstd
      (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight)
      * move dy (unit k) t i)).
    {
      apply is_derive_unique. exact (derivative_8 m beta (move dy (unit k) t) eps gamma weight x size divisor
        Hroot).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x (WeightedMean m x
      weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t1 * 1) i)) 0 = sum m
      (move dy (unit k) t)).
    {
      apply is_derive_unique. exact (derivative_7 m beta (move dy (unit k) t) eps gamma weight x size divisor
        Hroot).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i1 => v i1 * (- ((x i1 - WeightedMean m x weight) * weight i1 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x
    weight) * unit k i) / sum m weight) + ((unit k i1 * gamma + move dy (unit k) 0 i1 * 0) * Rstd (WeightedVar
    m x (WeightedMean m x weight) weight) eps + move dy (unit k) 0 i1 * gamma * 0) - weight i1 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (unit k) / sum m weight)) + p * (Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight) *
    unit k i)) + q * sum m (unit k))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i1 => v i1 * (- ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * unit k i) / sum m weight) + ((unit k i1 * gamma + dy i1 * 0) * rstd + dy i1 * gamma * 0) - weight
    i1 * gamma * rstd * sum m (unit k) / sum m weight)) + p * (rstd * sum m (fun i => (x i - mean) * unit k
    i)) + q * sum m (unit k) = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i *
    weight i) / sum m weight) + (x k - mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m (fun i =>
    v i * weight i) / sum m weight + q).
  assert (e1 : sum m (fun i => (x i - mean) * unit k i) = x k - mean).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => x i - mean) Hk).
    normal.
  }
  assert (e2 : sum m (unit k) = 1).
  {
    transitivity (sum m (fun i => (1) * (1 * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => 1) Hk).
    normal.
  }
  assert (e3 : sum m (fun i1 => v i1 * (- ((x i1 - mean) * weight i1 * gamma * rstd ^ 3 * sum m (fun i => (x i
    - mean) * unit k i) / sum m weight) + ((unit k i1 * gamma + dy i1 * 0) * rstd + dy i1 * gamma * 0) -
    weight i1 * gamma * rstd * sum m (unit k) / sum m weight)) = - ((x k - mean) * gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight) + v k * gamma * rstd - gamma * rstd * sum m (fun
    i => v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (- ((x k - mean) * gamma * rstd ^ 3 / sum m weight)) * ((x i1 - mean) * v
      i1 * weight i1) + ((gamma * rstd) * (v i1 * unit k i1) + ((- (gamma * rstd / sum m weight)) * (v i1 *
      weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => v i1) Hk).
    normal.
  }
  rewrite e3.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** The second backward pass. $P$ is linear in $\mathrm{d}y$: this is how the output moves where $x$, $\gamma$
  and $\beta$ move along $v$, $p$ and $q$. *)
Theorem weights_16 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    k) t i * Y (Xhat (move x (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move
    x (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) weight) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit i1)
    t1) (WeightedMean m (move x (unit i1) t1) weight) weight) eps) gamma beta i)) 0) + p * Derive (fun t1 =>
    sum m (fun i => move dy (unit k) t i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => move dy (unit
    k) t i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma
    (beta + t1 * 1) i)) 0) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v k - sum m (fun i => weight i * v
    i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i => weight i * v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m
    x weight) weight) eps i) / sum m weight) + p * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps k + q).
Proof.
  intros m beta dy eps gamma p q v weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) *
    v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta (move dy (unit k) t) eps gamma weight x i1 size divisor Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_8 m beta (move dy (unit k) t) eps gamma weight x size divisor Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_7 m beta (move dy (unit k) t) eps gamma weight x size divisor Hroot).
  }
  apply (d_eq _ _ _ _ (derivative_10 m beta dy eps gamma p q v weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight)
    + (x k - mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m
    weight + q = gamma * rstd * (v k - sum m (fun i => weight i * v i) / sum m weight - Xhat x mean var eps k
    * sum m (fun i => weight i * v i * Xhat x mean var eps i) / sum m weight) + p * Xhat x mean var eps k +
    q).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_11 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit i1) t1)
    (WeightedMean m (move x (unit i1) t1) weight) weight) eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun
    t1 => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1)
    (beta + t1 * 1) i)) 0) 0
  (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => dy i * v i) - Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m dy * sum m (fun i => v i * weight i) / sum
    m weight - Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) / sum
    m weight).
Proof.
  intros m beta dy eps gamma p q v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((x i1 - WeightedMean m x weight) * weight
    i1 * (gamma + t * 1) * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * dy i) / sum m weight) + dy i1 * (gamma + t * 1) * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps - weight i1 * (gamma + t * 1) * Rstd (WeightedVar m x (WeightedMean
    m x weight) weight) eps * sum m dy / sum m weight)) + p * (Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps * sum m (fun i => (x i - WeightedMean m x weight) * dy i)) + q * sum m dy)).
  {
    apply filter_forall; intros t.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit
      i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit i1) t1) (WeightedMean
      m (move x (unit i1) t1) weight) weight) eps) (gamma + t * 1) beta i)) 0 = - ((x i1 - WeightedMean m x
      weight) * weight i1 * (gamma + t * 1) * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3
      * sum m (fun i => (x i - WeightedMean m x weight) * dy i) / sum m weight) + dy i1 * (gamma + t * 1) *
      Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps - weight i1 * (gamma + t * 1) * Rstd
      (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m dy / sum m weight).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_9 m beta dy eps (gamma + t * 1) weight x i1 size divisor Hroot
        Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
      m x (WeightedMean m x weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 = Rstd (WeightedVar m x
      (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight) * dy i)).
    {
      apply is_derive_unique. exact (derivative_8 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
      m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0 = sum m dy).
    {
      apply is_derive_unique. exact (derivative_7 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i1 => v i1 * (- ((((x i1 - WeightedMean m x weight) * weight i1 * (0 + (1 * 1 +
    0 * 0)) * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 + (x i1 - WeightedMean m x
    weight) * weight i1 * (gamma + 0 * 1) * 0) * sum m (fun i => (x i - WeightedMean m x weight) * dy i) + (x
    i1 - WeightedMean m x weight) * weight i1 * (gamma + 0 * 1) * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps ^ 3 * 0) / sum m weight) + (dy i1 * (0 + (1 * 1 + 0 * 0)) * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps + dy i1 * (gamma + 0 * 1) * 0) - ((weight i1 * (0 + (1 * 1 + 0 * 0))
    * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps + weight i1 * (gamma + 0 * 1) * 0) * sum m
    dy + weight i1 * (gamma + 0 * 1) * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * 0) / sum
    m weight)) + 0 + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i1 => v i1 * (- ((((x i1 - mean) * weight i1 * (0 + (1 * 1 + 0 * 0)) * rstd ^ 3 + (x i1 -
    mean) * weight i1 * (gamma + 0 * 1) * 0) * sum m (fun i => (x i - mean) * dy i) + (x i1 - mean) * weight
    i1 * (gamma + 0 * 1) * rstd ^ 3 * 0) / sum m weight) + (dy i1 * (0 + (1 * 1 + 0 * 0)) * rstd + dy i1 *
    (gamma + 0 * 1) * 0) - ((weight i1 * (0 + (1 * 1 + 0 * 0)) * rstd + weight i1 * (gamma + 0 * 1) * 0) * sum
    m dy + weight i1 * (gamma + 0 * 1) * rstd * 0) / sum m weight)) + 0 + 0 = rstd * sum m (fun i => dy i * v
    i) - rstd * sum m dy * sum m (fun i => v i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  assert (e1 : sum m (fun i1 => v i1 * (- ((((x i1 - mean) * weight i1 * (0 + (1 * 1 + 0 * 0)) * rstd ^ 3 + (x
    i1 - mean) * weight i1 * (gamma + 0 * 1) * 0) * sum m (fun i => (x i - mean) * dy i) + (x i1 - mean) *
    weight i1 * (gamma + 0 * 1) * rstd ^ 3 * 0) / sum m weight) + (dy i1 * (0 + (1 * 1 + 0 * 0)) * rstd + dy
    i1 * (gamma + 0 * 1) * 0) - ((weight i1 * (0 + (1 * 1 + 0 * 0)) * rstd + weight i1 * (gamma + 0 * 1) * 0)
    * sum m dy + weight i1 * (gamma + 0 * 1) * rstd * 0) / sum m weight)) = rstd * sum m (fun i => dy i * v i)
    - rstd * sum m dy * sum m (fun i => v i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (- (rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m weight)) * ((x
      i1 - mean) * v i1 * weight i1) + ((rstd) * (dy i1 * v i1) + ((- (rstd * sum m dy / sum m weight)) * (v
      i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** Only $\mathrm{d}x$ depends on $\gamma$, and is linear in it. *)
Theorem weights_17 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit i1) t1)
    (WeightedMean m (move x (unit i1) t1) weight) weight) eps) (gamma + t * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (WeightedMean m (move x (unit i1) t1) weight) (WeightedVar m (move x (unit i1) t1)
    (WeightedMean m (move x (unit i1) t1) weight) weight) eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun
    t1 => sum m (fun i => dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1)
    (beta + t1 * 1) i)) 0) 0
  (sum m (fun i1 => dy i1 * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v i1 - sum m (fun i
    => weight i * v i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i1 * sum m (fun i => weight i * v i * Xhat x (WeightedMean m x weight) (WeightedVar m
    x (WeightedMean m x weight) weight) eps i) / sum m weight))).
Proof.
  intros m beta dy eps gamma p q v weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) *
    v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => dy i1 * rstd * (v i1 - sum m (fun i => weight i * v i) / sum m weight - Xhat x
    mean var eps i1 * sum m (fun i => weight i * v i * Xhat x mean var eps i) / sum m weight)) = rstd * sum m
    (fun i => dy i * v i) - rstd * sum m dy * sum m (fun i => v i * weight i) / sum m weight - rstd ^ 3 * sum
    m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (rstd) * (dy i1 * v i1) + ((- (rstd * sum m (fun i => v i * weight i) / sum
      m weight)) * (dy i1) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight)) *
      ((x i1 - mean) * dy i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta dy eps (gamma + t * 1) weight x i1 size divisor Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_8 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_7 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
  }
  apply (d_eq _ _ _ _ (derivative_11 m beta dy eps gamma p q v weight x size divisor Hroot)).
  change (rstd * sum m (fun i => dy i * v i) - rstd * sum m dy * sum m (fun i => v i * weight i) / sum m
    weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i * weight i)
    / sum m weight = sum m (fun i1 => dy i1 * rstd * (v i1 - sum m (fun i => weight i * v i) / sum m weight -
    Xhat x mean var eps i1 * sum m (fun i => weight i * v i * Xhat x mean var eps i) / sum m weight))).
  rewrite e6.
  normal.
Qed.

Lemma derivative_12 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move
    x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight) (WeightedVar m
    (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    weight) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i
    * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k)
    t) (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0) 0
  (- ((x k - WeightedMean m x weight) * weight k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps ^ 3 * sum m (fun i => dy i * v i) / sum m weight) + (x k - WeightedMean m x weight) * weight k
    * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m dy * sum m (fun i => v i
    * weight i) / sum m weight ^ 2 + 3 * (x k - WeightedMean m x weight) * weight k * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) / sum m weight ^ 2 -
    (x k - WeightedMean m x weight) * weight k * p * Rstd (WeightedVar m x (WeightedMean m x weight) weight)
    eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * dy i) / sum m weight - dy k * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x
    weight) * v i * weight i) / sum m weight + dy k * p * Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps - v k * weight k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * dy i) / sum m weight + weight k * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + weight k * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x
    weight) * v i * weight i) * sum m dy / sum m weight ^ 2 - weight k * p * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * sum m dy / sum m weight).
Proof.
  intros m beta dy eps gamma p q v weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((move x (unit k) t i1 - WeightedMean m
    (move x (unit k) t) weight) * weight i1 * gamma * Rstd (WeightedVar m (move x (unit k) t) (WeightedMean m
    (move x (unit k) t) weight) weight) eps ^ 3 * sum m (fun i => (move x (unit k) t i - WeightedMean m (move
    x (unit k) t) weight) * dy i) / sum m weight) + dy i1 * gamma * Rstd (WeightedVar m (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) weight) eps - weight i1 * gamma * Rstd (WeightedVar m (move x
    (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps * sum m dy / sum m weight)) + p *
    (Rstd (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps * sum m
    (fun i => (move x (unit k) t i - WeightedMean m (move x (unit k) t) weight) * dy i)) + q * sum m dy)).
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
      (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight) (WeightedVar m
      (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
      weight) eps) gamma beta i)) 0 = - ((move x (unit k) t i1 - WeightedMean m (move x (unit k) t) weight) *
      weight i1 * gamma * Rstd (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight)
      weight) eps ^ 3 * sum m (fun i => (move x (unit k) t i - WeightedMean m (move x (unit k) t) weight) * dy
      i) / sum m weight) + dy i1 * gamma * Rstd (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
      (unit k) t) weight) weight) eps - weight i1 * gamma * Rstd (WeightedVar m (move x (unit k) t)
      (WeightedMean m (move x (unit k) t) weight) weight) eps * sum m dy / sum m weight).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_9 m beta dy eps gamma weight (move x (unit k) t) i1 size
        divisor Ht Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m
      (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t)
      weight) weight) eps) (gamma + t1 * 1) beta i)) 0 = Rstd (WeightedVar m (move x (unit k) t) (WeightedMean
      m (move x (unit k) t) weight) weight) eps * sum m (fun i => (move x (unit k) t i - WeightedMean m (move
      x (unit k) t) weight) * dy i)).
    {
      apply is_derive_unique. exact (derivative_8 m beta dy eps gamma weight (move x (unit k) t) size divisor
        Ht).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m
      (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t)
      weight) weight) eps) gamma (beta + t1 * 1) i)) 0 = sum m dy).
    {
      apply is_derive_unique. exact (derivative_7 m beta dy eps gamma weight (move x (unit k) t) size divisor
        Ht).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i2 => v i2 * (- ((((((unit k i2 - sum m (fun i => weight i * unit k i) / sum m
    weight) * weight i2 + (move x (unit k) 0 i2 - WeightedMean m (move x (unit k) 0) weight) * 0) * gamma +
    (move x (unit k) 0 i2 - WeightedMean m (move x (unit k) 0) weight) * weight i2 * 0) * Rstd (WeightedVar m
    (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight) weight) eps ^ 3 + (move x (unit k) 0 i2 -
    WeightedMean m (move x (unit k) 0) weight) * weight i2 * gamma * (3 * (Rstd (WeightedVar m (move x (unit
    k) 0) (WeightedMean m (move x (unit k) 0) weight) weight) eps ^ 2 * ((0 * sqrt (WeightedVar m (move x
    (unit k) 0) (WeightedMean m (move x (unit k) 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 *
    (2 * ((move x (unit k) 0 i1 - WeightedMean m (move x (unit k) 0) weight) ^ 1 * (unit k i1 - sum m (fun i
    => weight i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x (unit k)
    0) (WeightedMean m (move x (unit k) 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x (unit k) 0)
    (WeightedMean m (move x (unit k) 0) weight) weight + eps) ^ 2)))) * sum m (fun i => (move x (unit k) 0 i -
    WeightedMean m (move x (unit k) 0) weight) * dy i) + (move x (unit k) 0 i2 - WeightedMean m (move x (unit
    k) 0) weight) * weight i2 * gamma * Rstd (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit
    k) 0) weight) weight) eps ^ 3 * sum m (fun i1 => (unit k i1 - sum m (fun i => weight i * unit k i) / sum m
    weight) * dy i1 + (move x (unit k) 0 i1 - WeightedMean m (move x (unit k) 0) weight) * 0)) / sum m weight)
    + dy i2 * gamma * ((0 * sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0)
    weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x (unit k) 0 i1 - WeightedMean m
    (move x (unit k) 0) weight) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) /
    sum m weight + 0) / (2 * sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0)
    weight) weight + eps)))) / sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0)
    weight) weight + eps) ^ 2) - (weight i2 * gamma * ((0 * sqrt (WeightedVar m (move x (unit k) 0)
    (WeightedMean m (move x (unit k) 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move
    x (unit k) 0 i1 - WeightedMean m (move x (unit k) 0) weight) ^ 1 * (unit k i1 - sum m (fun i => weight i *
    unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x (unit k) 0)
    (WeightedMean m (move x (unit k) 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x (unit k) 0)
    (WeightedMean m (move x (unit k) 0) weight) weight + eps) ^ 2) * sum m dy + weight i2 * gamma * Rstd
    (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight) weight) eps * 0) / sum m
    weight)) + p * ((0 * sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight)
    weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x (unit k) 0 i1 - WeightedMean m (move x
    (unit k) 0) weight) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m
    weight + 0) / (2 * sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight)
    weight + eps)))) / sqrt (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight)
    weight + eps) ^ 2 * sum m (fun i => (move x (unit k) 0 i - WeightedMean m (move x (unit k) 0) weight) * dy
    i) + Rstd (WeightedVar m (move x (unit k) 0) (WeightedMean m (move x (unit k) 0) weight) weight) eps * sum
    m (fun i1 => (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight) * dy i1 + (move x (unit k)
    0 i1 - WeightedMean m (move x (unit k) 0) weight) * 0)) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => v i2 * (- ((((((unit k i2 - sum m (fun i => weight i * unit k i) / sum m weight) *
    weight i2 + (x i2 - mean) * 0) * gamma + (x i2 - mean) * weight i2 * 0) * rstd ^ 3 + (x i2 - mean) *
    weight i2 * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x
    i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) * sum m (fun i => (x i - mean) * dy i) + (x i2 -
    mean) * weight i2 * gamma * rstd ^ 3 * sum m (fun i1 => (unit k i1 - sum m (fun i => weight i * unit k i)
    / sum m weight) * dy i1 + (x i1 - mean) * 0)) / sum m weight) + dy i2 * gamma * ((0 * sqrt (var + eps) - 1
    * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit k
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) - (weight i2
    * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1
    - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2) * sum m dy + weight i2 * gamma * rstd * 0) / sum m weight)) + p * ((0 * sqrt (var +
    eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i
    * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * sum
    m (fun i => (x i - mean) * dy i) + rstd * sum m (fun i1 => (unit k i1 - sum m (fun i => weight i * unit k
    i) / sum m weight) * dy i1 + (x i1 - mean) * 0)) + 0 = - ((x k - mean) * weight k * gamma * rstd ^ 3 * sum
    m (fun i => dy i * v i) / sum m weight) + (x k - mean) * weight k * gamma * rstd ^ 3 * sum m dy * sum m
    (fun i => v i * weight i) / sum m weight ^ 2 + 3 * (x k - mean) * weight k * gamma * rstd ^ 5 * sum m (fun
    i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2 - (x k -
    mean) * weight k * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m weight - dy k * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight + dy k * p * rstd - v k * weight
    k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m weight + weight k * gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + weight k *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m dy / sum m weight ^ 2 - weight k
    * p * rstd * sum m dy / sum m weight).
  assert (e1 : sum m (fun i => weight i * unit k i) = weight k).
  {
    transitivity (sum m (fun i => (1) * (weight i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => weight i) Hk).
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i *
    unit k i) / sum m weight)))) = 2 * (x k - mean) * weight k).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * weight i1 * unit k i1) + ((- (2 * weight k / sum m
      weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => (x i1 - mean) * weight i1) Hk).
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i1 => (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight) * dy i1 + (x
    i1 - mean) * 0) = dy k - weight k * sum m dy / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * unit k i1) + ((- (weight k / sum m weight)) * (dy i1) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => dy i1) Hk).
    normal.
  }
  assert (e5 : sum m (fun i2 => v i2 * (- ((((((unit k i2 - sum m (fun i => weight i * unit k i) / sum m
    weight) * weight i2 + (x i2 - mean) * 0) * gamma + (x i2 - mean) * weight i2 * 0) * rstd ^ 3 + (x i2 -
    mean) * weight i2 * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 *
    (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m
    weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) * sum m (fun i => (x i - mean) * dy i) +
    (x i2 - mean) * weight i2 * gamma * rstd ^ 3 * sum m (fun i1 => (unit k i1 - sum m (fun i => weight i *
    unit k i) / sum m weight) * dy i1 + (x i1 - mean) * 0)) / sum m weight) + dy i2 * gamma * ((0 * sqrt (var
    + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (fun i => weight
    i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) -
    (weight i2 * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 *
    (unit k i1 - sum m (fun i => weight i * unit k i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var
    + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + weight i2 * gamma * rstd * 0) / sum m weight)) = - ((x k -
    mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / sum m weight) + (x k - mean) * weight
    k * gamma * rstd ^ 3 * sum m dy * sum m (fun i => v i * weight i) / sum m weight ^ 2 + 3 * (x k - mean) *
    weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i *
    weight i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) /
    sum m weight - v k * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m weight +
    weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => v i * weight i) / sum
    m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m dy /
    sum m weight ^ 2).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m
      weight)) * (v i2 * weight i2 * unit k i2) + (((x k - mean) * weight k * gamma * rstd ^ 3 * sum m dy /
      sum m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m weight ^
      2) * (v i2 * weight i2) + ((3 * (x k - mean) * weight k * gamma * rstd ^ 5 * sum m (fun i => (x i -
      mean) * dy i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 / sum m weight + weight k * gamma * rstd ^ 3
      * sum m dy / sum m weight ^ 2) * ((x i2 - mean) * v i2 * weight i2) + ((- ((x k - mean) * weight k *
      gamma * rstd ^ 3 / sum m weight)) * (dy i2 * v i2) + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e4.
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => v i2 * weight i2) Hk).
    normal.
  }
  rewrite e5.
  rewrite e3.
  rewrite e4.
  rewrite e2.
  normal.
Qed.

(** What $\mathrm{d}\gamma$ moves by, and the Hessian of the loss, applied to $v$. *)
Theorem weights_18 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    (WeightedVar m (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1)
    t1) weight) weight) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move
    x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight) (WeightedVar m
    (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    weight) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i
    * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k)
    t) (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0) 0
  (p * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - weight k * (sum m dy + Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k * sum m (fun i => dy i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m
    weight) - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * (sum m (fun i =>
    weight i * v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps
    i) * (dy k - weight k * sum m dy / sum m weight) / sum m weight + weight k * (v k - sum m (fun i => weight
    i * v i) / sum m weight) * sum m (fun i => dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i) / sum m weight + weight k * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps k * (sum m (fun i => dy i * v i) - sum m dy * sum m
    (fun i => weight i * v i) / sum m weight - 3 * sum m (fun i => weight i * v i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) * sum m (fun i => dy i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight) / sum
    m weight)).
Proof.
  intros m beta dy eps gamma p q v weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
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
  assert (e3 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e4 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) *
    v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta dy eps gamma weight (move x (unit k) t) i1 size divisor Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_8 m beta dy eps gamma weight (move x (unit k) t) size divisor Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_7 m beta dy eps gamma weight (move x (unit k) t) size divisor Ht).
  }
  apply (d_eq _ _ _ _ (derivative_12 m beta dy eps gamma p q v weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / sum m weight) + (x k -
    mean) * weight k * gamma * rstd ^ 3 * sum m dy * sum m (fun i => v i * weight i) / sum m weight ^ 2 + 3 *
    (x k - mean) * weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * v i * weight i) / sum m weight ^ 2 - (x k - mean) * weight k * p * rstd ^ 3 * sum m (fun i => (x i
    - mean) * dy i) / sum m weight - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i)
    / sum m weight + dy k * p * rstd - v k * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i) / sum m weight + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => v
    i * weight i) / sum m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i *
    weight i) * sum m dy / sum m weight ^ 2 - weight k * p * rstd * sum m dy / sum m weight = p * rstd * (dy k
    - weight k * (sum m dy + Xhat x mean var eps k * sum m (fun i => dy i * Xhat x mean var eps i)) / sum m
    weight) - gamma * rstd ^ 2 * (sum m (fun i => weight i * v i * Xhat x mean var eps i) * (dy k - weight k *
    sum m dy / sum m weight) / sum m weight + weight k * (v k - sum m (fun i => weight i * v i) / sum m
    weight) * sum m (fun i => dy i * Xhat x mean var eps i) / sum m weight + weight k * Xhat x mean var eps k
    * (sum m (fun i => dy i * v i) - sum m dy * sum m (fun i => weight i * v i) / sum m weight - 3 * sum m
    (fun i => weight i * v i * Xhat x mean var eps i) * sum m (fun i => dy i * Xhat x mean var eps i) / sum m
    weight) / sum m weight)).
  rewrite e5.
  rewrite e4.
  rewrite e6.
  rewrite e2.
  normal.
Qed.

Lemma derivative_13 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) (unit k) t1)
    (WeightedMean m (move (move x h t) (unit k) t1) weight) (WeightedVar m (move (move x h t) (unit k) t1)
    (WeightedMean m (move (move x h t) (unit k) t1) weight) weight) eps) gamma beta i)) 0) 0
  (- ((x k - WeightedMean m x weight) * weight k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps ^ 3 * sum m (fun i => dy i * h i) / sum m weight) + (x k - WeightedMean m x weight) * weight k
    * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m dy * sum m (fun i => h i
    * weight i) / sum m weight ^ 2 + 3 * (x k - WeightedMean m x weight) * weight k * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i) * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight ^ 2 -
    dy k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) / sum m weight - h k * weight k * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * dy i) / sum
    m weight + weight k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun
    i => (x i - WeightedMean m x weight) * dy i) * sum m (fun i => h i * weight i) / sum m weight ^ 2 + weight
    k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) * sum m dy / sum m weight ^ 2).
Proof.
  intros m beta dy eps gamma h weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - ((move x h t k - WeightedMean m (move x h t) weight) * weight k *
    gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun
    i => (move x h t i - WeightedMean m (move x h t) weight) * dy i) / sum m weight) + dy k * gamma * Rstd
    (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps - weight k * gamma * Rstd
    (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps * sum m dy / sum m weight)).
  {
    refine (filter_imp _ _ _ (near_weighted m weight x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) (unit k) t1)
      (WeightedMean m (move (move x h t) (unit k) t1) weight) (WeightedVar m (move (move x h t) (unit k) t1)
      (WeightedMean m (move (move x h t) (unit k) t1) weight) weight) eps) gamma beta i)) 0 = - ((move x h t k
      - WeightedMean m (move x h t) weight) * weight k * gamma * Rstd (WeightedVar m (move x h t)
      (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m
      (move x h t) weight) * dy i) / sum m weight) + dy k * gamma * Rstd (WeightedVar m (move x h t)
      (WeightedMean m (move x h t) weight) weight) eps - weight k * gamma * Rstd (WeightedVar m (move x h t)
      (WeightedMean m (move x h t) weight) weight) eps * sum m dy / sum m weight).
    {
      apply is_derive_unique. exact (derivative_9 m beta dy eps gamma weight (move x h t) k size divisor Ht
        Hk).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- ((((((h k - sum m (fun i => weight i * h i) / sum m weight) * weight k + (move x h 0 k -
    WeightedMean m (move x h 0) weight) * 0) * gamma + (move x h 0 k - WeightedMean m (move x h 0) weight) *
    weight k * 0) * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 +
    (move x h 0 k - WeightedMean m (move x h 0) weight) * weight k * gamma * (3 * (Rstd (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0
    i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight))))
    / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2)))) *
    sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * dy i) + (move x h 0 k - WeightedMean
    m (move x h 0) weight) * weight k * gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight) eps ^ 3 * sum m (fun i1 => (h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1
    + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0)) / sum m weight) + dy k * gamma * ((0 * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 =>
    weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2) - (weight k * gamma * ((0 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0
    i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight))))
    / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) * sum m
    dy + weight k * gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps
    * 0) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (- ((((((h k - sum m (fun i => weight i * h i) / sum m weight) * weight k + (x k - mean) * 0) * gamma
    + (x k - mean) * weight k * 0) * rstd ^ 3 + (x k - mean) * weight k * gamma * (3 * (rstd ^ 2 * ((0 * sqrt
    (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight
    i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) *
    sum m (fun i => (x i - mean) * dy i) + (x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i1 => (h i1
    - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 - mean) * 0)) / sum m weight) + dy k *
    gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum
    m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var
    + eps) ^ 2) - (weight k * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1
    - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt
    (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + weight k * gamma * rstd * 0) / sum m weight = - ((x k
    - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * h i) / sum m weight) + (x k - mean) *
    weight k * gamma * rstd ^ 3 * sum m dy * sum m (fun i => h i * weight i) / sum m weight ^ 2 + 3 * (x k -
    mean) * weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean)
    * h i * weight i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i *
    weight i) / sum m weight - h k * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum
    m weight + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => h i *
    weight i) / sum m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight
    i) * sum m dy / sum m weight ^ 2).
  assert (e1 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i1 => (h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 -
    mean) * 0) = sum m (fun i => dy i * h i) - sum m dy * sum m (fun i => h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * h i1) + ((- (sum m (fun i => h i * weight i) / sum m
      weight)) * (dy i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  rewrite e4.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** It is symmetric, weights or not: it is also how the gradient moves. *)
Theorem weights_19 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) (WeightedVar m (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) weight) eps) gamma beta i)) 0) 0) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x u t) (unit k)
    t1) (WeightedMean m (move (move x u t) (unit k) t1) weight) (WeightedVar m (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) weight) eps) gamma beta i)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    (WeightedVar m (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1)
    t1) weight) weight) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m
    (move x (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x
    (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    (WeightedVar m (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1)
    t1) weight) weight) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0)) /\
  Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) (WeightedVar m (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) weight) eps) gamma beta i)) 0) 0 =
  Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight) (WeightedVar m
    (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    weight) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x
    (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i
    * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k)
    t) (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0) 0.
Proof.
  intros m beta dy eps gamma u weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) (unit k)
    t1) (WeightedMean m (move (move x u t) (unit k) t1) weight) (WeightedVar m (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) weight) eps) gamma beta i)) 0) 0 = - ((x k - mean)
    * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / sum m weight) + (x k - mean) * weight k *
    gamma * rstd ^ 3 * sum m dy * sum m (fun i => u i * weight i) / sum m weight ^ 2 + 3 * (x k - mean) *
    weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i *
    weight i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) /
    sum m weight - u k * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum m weight +
    weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * weight i) / sum
    m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) * sum m dy /
    sum m weight ^ 2).
  {
    transitivity (- ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / sum m weight)
      + (x k - mean) * weight k * gamma * rstd ^ 3 * sum m dy * sum m (fun i => u i * weight i) / sum m weight
      ^ 2 + 3 * (x k - mean) * weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
      i => (x i - mean) * u i * weight i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i
      - mean) * u i * weight i) / sum m weight - u k * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i -
      mean) * dy i) / sum m weight + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum
      m (fun i => u i * weight i) / sum m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i -
      mean) * u i * weight i) * sum m dy / sum m weight ^ 2).
    { apply is_derive_unique. exact (derivative_13 m beta dy eps gamma u weight x k size divisor Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight)
    (WeightedVar m (move (move x (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1)
    t1) weight) weight) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m
    (move x (unit k) t) weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x
    (unit k) t) (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0) 0 = -
    ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / sum m weight) + (x k - mean) *
    weight k * gamma * rstd ^ 3 * sum m dy * sum m (fun i => u i * weight i) / sum m weight ^ 2 + 3 * (x k -
    mean) * weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean)
    * u i * weight i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i *
    weight i) / sum m weight - u k * weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / sum
    m weight + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i *
    weight i) / sum m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight
    i) * sum m dy / sum m weight ^ 2).
  {
    transitivity (- ((x k - mean) * weight k * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / sum m weight)
      + (x k - mean) * weight k * gamma * rstd ^ 3 * sum m dy * sum m (fun i => u i * weight i) / sum m weight
      ^ 2 + 3 * (x k - mean) * weight k * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
      i => (x i - mean) * u i * weight i) / sum m weight ^ 2 - (x k - mean) * weight k * 0 * rstd ^ 3 * sum m
      (fun i => (x i - mean) * dy i) / sum m weight - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) *
      u i * weight i) / sum m weight + dy k * 0 * rstd - u k * weight k * gamma * rstd ^ 3 * sum m (fun i =>
      (x i - mean) * dy i) / sum m weight + weight k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)
      * sum m (fun i => u i * weight i) / sum m weight ^ 2 + weight k * gamma * rstd ^ 3 * sum m (fun i => (x
      i - mean) * u i * weight i) * sum m dy / sum m weight ^ 2 - weight k * 0 * rstd * sum m dy / sum m
      weight).
    { apply is_derive_unique. exact (derivative_12 m beta dy eps gamma 0 0 u weight x k size divisor Hroot
      Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_13 m beta dy eps gamma u weight x k size divisor Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_9 m beta dy eps gamma weight (move x u t) k size divisor Ht Hk).
  }
  split.
  {
    eexists. exact (derivative_12 m beta dy eps gamma 0 0 u weight x k size divisor Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_9 m beta dy eps gamma weight (move x (unit k) t) i1 size divisor Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_8 m beta dy eps gamma weight (move x (unit k) t) size divisor Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_7 m beta dy eps gamma weight (move x (unit k) t) size divisor Ht).
  }
  change (Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) (WeightedVar m (move (move x u t) (unit k) t1)
    (WeightedMean m (move (move x u t) (unit k) t1) weight) weight) eps) gamma beta i)) 0) 0 = Derive (fun t
    => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (unit k) t)
    (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight) (WeightedVar m (move (move x
    (unit k) t) (unit i1) t1) (WeightedMean m (move (move x (unit k) t) (unit i1) t1) weight) weight) eps)
    gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (WeightedMean
    m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t) (WeightedMean m (move x (unit k) t)
    weight) weight) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move x (unit k) t) (WeightedMean m (move x (unit k) t) weight) (WeightedVar m (move x (unit k) t)
    (WeightedMean m (move x (unit k) t) weight) weight) eps) gamma (beta + t1 * 1) i)) 0) 0).
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** All of it *)
Definition weights := (conj weights_1 (conj weights_2 (conj weights_3 (conj weights_4 (conj weights_5 (conj
  weights_6 (conj weights_7 (conj weights_8 (conj weights_9 (conj weights_10 (conj weights_11 (conj weights_12
  (conj weights_13 (conj weights_14 (conj weights_15 (conj weights_16 (conj weights_17 (conj weights_18
  weights_19)))))))))))))))))).
