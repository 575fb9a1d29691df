(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Weighted and masked batches *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (h weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  is_derive (fun t : R => WeightedMean m (move x h t) weight) 0
  (sum m (fun i => h i * weight i) / sum m weight).
Proof.
  intros m h weight x size divisor.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  apply (d_eq _ _ (sum m (fun i => weight i * h i) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  change (sum m (fun i => weight i * h i) / sum m weight = sum m (fun i => h i * weight i) / sum m weight).
  assert (e1 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** An element moves the mean in proportion to its weight ... *)
Theorem weighted_1 :
  forall (m : nat) (u weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  is_derive (fun t : R => WeightedMean m (move x u t) weight) 0
  (sum m (fun i => weight i * u i) / sum m weight).
Proof.
  intros m u weight x Hm divisor.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  assert (e1 : sum m (fun i => weight i * u i) = sum m (fun i => u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m u weight x size divisor)).
  change (sum m (fun i => u i * weight i) / sum m weight = sum m (fun i => weight i * u i) / sum m weight).
  rewrite e1.
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (h weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  is_derive (fun t : R => WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) 0
  (2 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight).
Proof.
  intros m h weight x size divisor.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  apply (d_eq _ _ (sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1
    * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  change (sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum
    m weight)))) / sum m weight = 2 * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight).
  assert (e1 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
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
  rewrite e2.
  normal.
Qed.

(** ... and the variance too. So an element of weight 0 moves neither: a masked element has no influence on
  the others. *)
Theorem weighted_2 :
  forall (m : nat) (u weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  is_derive (fun t : R => WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) 0
  (2 * sum m (fun i => weight i * ((x i - WeightedMean m x weight) * u i)) / sum m weight).
Proof.
  intros m u weight x Hm divisor.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  assert (e1 : sum m (fun i => weight i * ((x i - mean) * u i)) = sum m (fun i => (x i - mean) * u i * weight
    i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_2 m u weight x size divisor)).
  change (2 * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight = 2 * sum m (fun i => weight i *
    ((x i - mean) * u i)) / sum m weight).
  rewrite e1.
  normal.
Qed.

(** *The standardised batch.* (9.40) divides them all by the same root. *)
Theorem weighted_3 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) =
  0.
Proof.
  intros m eps weight x Hm divisor Hroot.
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
  assert (e3 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  rewrite e3.
  normal.
Qed.

(** *The standardised batch.* (9.40) divides each square by $\sigma^2 + \epsilon$. *)
Theorem weighted_4 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i ^ 2) =
  sum m weight * WeightedVar m x (WeightedMean m x weight) weight / (WeightedVar m x (WeightedMean m x weight)
    weight + eps).
Proof.
  intros m eps weight x Hm divisor Hroot.
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
  assert (e3 : sum m (fun i => weight i * Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => weight i * Xhat x mean var eps i ^ 2) = sum m weight * var / (var + eps)).
  rewrite e3.
  normal.
Qed.

(** *The standardised batch.* What is missing to 1. *)
Theorem weighted_5 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  1 - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i ^ 2) / sum m weight =
  eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2.
Proof.
  intros m eps weight x Hm divisor Hroot.
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
  assert (e3 : sum m (fun i => weight i * Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (1 - sum m (fun i => weight i * Xhat x mean var eps i ^ 2) / sum m weight = eps * rstd ^ 2).
  rewrite e3.
  normal.
Qed.

(** *What gamma and beta are.* So the mean of $\gamma \hat{x}_i + \beta$ is $\beta$. *)
Theorem weighted_6 :
  forall (m : nat) (beta eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma beta i) / sum m weight =
  beta.
Proof.
  intros m beta eps gamma weight x Hm divisor Hroot.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => weight i * Y (Xhat x mean var eps) gamma beta i) = beta * sum m weight).
  {
    transitivity (sum m (fun i => (gamma * rstd) * ((x i - mean) * weight i) + ((beta) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (sum m (fun i => weight i * Y (Xhat x mean var eps) gamma beta i) / sum m weight = beta).
  rewrite e4.
  normal.
Qed.

(** *What gamma and beta are.* The deviations from it are $\gamma \hat{x}_i$; their mean square is that of
  $\hat{x}$ times $\gamma^2$. *)
Theorem weighted_7 :
  forall (m : nat) (beta eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma beta i - beta) ^ 2) / sum m weight =
  gamma ^ 2 * WeightedVar m x (WeightedMean m x weight) weight / (WeightedVar m x (WeightedMean m x weight)
    weight + eps).
Proof.
  intros m beta eps gamma weight x Hm divisor Hroot.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - beta) ^ 2) = gamma ^ 2 *
    rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - beta) ^ 2) / sum m weight = gamma
    ^ 2 * var / (var + eps)).
  rewrite e4.
  normal.
Qed.

(** *Restoring the input.* (9.41) then undoes (9.40), step by step. *)
Theorem weighted_8 :
  forall (m : nat) (eps : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (1 / Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (WeightedMean m x weight) k =
  x k.
Proof.
  intros m eps weight x k Hm divisor Hroot Hk.
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

(** *Restoring the input.* Any other $\gamma$ stretches the deviations by $\gamma r$. *)
Theorem weighted_9 :
  forall (m : nat) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma
    (WeightedMean m x weight) k - WeightedMean m x weight =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (x k - WeightedMean m x weight).
Proof.
  intros m eps gamma weight x k Hm divisor Hroot Hk.
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

(** *Restoring the input.* So the variance that comes back is $\gamma^2 r^2$ times the variance that there
  was. *)
Theorem weighted_10 :
  forall (m : nat) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma (WeightedMean m x weight) i - WeightedMean m x weight) ^ 2) / sum m weight =
  gamma ^ 2 * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * WeightedVar m x (WeightedMean
    m x weight) weight.
Proof.
  intros m eps gamma weight x Hm divisor Hroot.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma mean i = (x i - mean) * gamma * rstd +
    mean).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + mean = (x i - mean) * gamma * rstd + mean).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma mean i - mean) ^ 2) = gamma ^ 2 *
    rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma mean i - mean) ^ 2) / sum m weight = gamma
    ^ 2 * rstd ^ 2 * var).
  rewrite e4.
  normal.
Qed.

(** *Restoring the input.* With $\gamma^2 = \sigma^2$ the square of that factor is less than 1, unless
  $\epsilon = 0$. *)
Theorem weighted_11 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  WeightedVar m x (WeightedMean m x weight) weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight)
    eps ^ 2 =
  1 - eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2.
Proof.
  intros m eps weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (var * rstd ^ 2 = 1 - eps * rstd ^ 2).
  normal.
Qed.

(** *Restoring the input.* Two batches that differ by a constant have the same output: no $\gamma$ and $\beta$
  restores both. *)
Theorem weighted_12 :
  forall (m : nat) (beta c eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  Y (Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i + c)
    (WeightedMean m (fun i => x i + c) weight) weight) eps) gamma beta k =
  Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta k.
Proof.
  intros m beta c eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (x i + c)) = c * sum m weight + mean * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * weight i) + ((c + mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => x i + c) weight = c + mean).
  {
    change (sum m (fun i => weight i * (x i + c)) / sum m weight = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (x i1 + c - WeightedMean m (fun i => x i + c) weight) ^ 2) = var *
    sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight = var).
  {
    change (sum m (fun i1 => weight i1 * (x i1 + c - WeightedMean m (fun i => x i + c) weight) ^ 2) / sum m
      weight = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight + eps)
    = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i
    + c) (WeightedMean m (fun i => x i + c) weight) weight) eps k = (x k - mean) * rstd).
  {
    change ((x k + c - WeightedMean m (fun i => x i + c) weight) / sqrt (WeightedVar m (fun i => x i + c)
      (WeightedMean m (fun i => x i + c) weight) weight + eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i =>
    x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps) gamma beta k = (x k - mean) * gamma *
    rstd + beta).
  {
    change (gamma * Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i
      => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps k + beta = (x k - mean) * gamma *
      rstd + beta).
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
  change (Y (Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i +
    c) (WeightedMean m (fun i => x i + c) weight) weight) eps) gamma beta k = Y (Xhat x mean var eps) gamma
    beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** *What eps does.* The mean square of the standardised batch. *)
Theorem weighted_13 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i ^ 2) / sum m weight =
  WeightedVar m x (WeightedMean m x weight) weight / (WeightedVar m x (WeightedMean m x weight) weight + eps).
Proof.
  intros m eps weight x Hm divisor Hroot.
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
  assert (e3 : sum m (fun i => weight i * Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => weight i * Xhat x mean var eps i ^ 2) / sum m weight = var / (var + eps)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (eps var : R),
  0 < INR m ->
  0 < var + eps ->
  is_derive (fun t : R => var / (var + (eps + t * 1))) 0
  (- (Rstd var eps ^ 4 * var)).
Proof.
  intros m eps var size Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ ((0 * (var + (eps + 0 * 1)) - var * (0 + (0 + (1 * 1 + 0 * 0)))) / (var + (eps + 0 * 1)) ^
    2)).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change ((0 * (var + (eps + 0 * 1)) - var * (0 + (0 + (1 * 1 + 0 * 0)))) / (var + (eps + 0 * 1)) ^ 2 = -
    (rstd ^ 4 * var)).
  normal.
Qed.

(** *What eps does.* It falls as $\epsilon$ grows, strictly where $\sigma^2 > 0$: from 1 at $\epsilon = 0$
  towards 0. *)
Theorem weighted_14 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => WeightedVar m x (WeightedMean m x weight) weight / (WeightedVar m x (WeightedMean m
    x weight) weight + (eps + t * 1))) 0
  (- (WeightedVar m x (WeightedMean m x weight) weight * Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps ^ 4)).
Proof.
  intros m eps weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m eps var size Hroot)).
  change (- (rstd ^ 4 * var) = - (var * rstd ^ 4)).
  normal.
Qed.

(** *What eps does.* The gain $\gamma r$ is at most $\gamma/\sqrt{\epsilon}$. *)
Theorem weighted_15 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 <= eps ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 <=
  1.
Proof.
  intros m eps weight x Hm divisor Hroot eps_nonnegative weight_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (is_less _ _ (var * rstd ^ 2)).
  { change (1 - eps * rstd ^ 2 = var * rstd ^ 2).
    normal.
  }
  nonnegative.
Qed.

(** *What eps does.* The limit at infinity: the factor is at most $\sigma^2/\epsilon$. *)
Theorem weighted_16 :
  forall (m : nat) (eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 <= eps ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  eps * WeightedVar m x (WeightedMean m x weight) weight / (WeightedVar m x (WeightedMean m x weight) weight +
    eps) <=
  WeightedVar m x (WeightedMean m x weight) weight.
Proof.
  intros m eps weight x Hm divisor Hroot eps_nonnegative weight_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (is_less _ _ (var ^ 2 * rstd ^ 2)).
  { change (var - eps * var / (var + eps) = var ^ 2 * rstd ^ 2).
    normal.
  }
  nonnegative.
Qed.

(** *What eps does.* So the gradient of the layer is never longer than $|\gamma|/\sqrt{\epsilon}$ times
  $\mathrm{d}y$, whatever the batch. It is $\gamma^2 r^2$ times what is left of the squares of $\mathrm{d}y$
  when the two components are gone ([what the gradient forgets](gradient-structure.md)). *)
Theorem weighted_17 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 <= eps ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  eps * sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps *
    (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m
    x (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight)) ^ 2) <=
  gamma ^ 2 * sum m (fun i => weight i * dy i ^ 2).
Proof.
  intros m dy eps gamma weight x Hm divisor Hroot eps_nonnegative weight_nonnegative.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight)) ^ 2) = - (gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i * weight i) ^ 2 / sum m weight) + gamma ^ 2
    * rstd ^ 2 * sum m (fun i => dy i ^ 2 * weight i) - 2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i -
    mean) * dy i * weight i) ^ 2 / sum m weight + gamma ^ 2 * rstd ^ 6 * var * sum m (fun i => (x i - mean) *
    dy i * weight i) ^ 2 / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma ^ 2 * rstd ^ 2) * (dy i1 ^ 2 * weight i1) + ((- (2 * gamma ^ 2 *
      rstd ^ 2 * sum m (fun i => dy i * weight i) / sum m weight)) * (dy i1 * weight i1) + ((- (2 * gamma ^ 2
      * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) * dy i1 *
      weight i1) + ((gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i * weight i) ^ 2 / sum m weight ^ 2) * (weight
      i1) + ((2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => dy
      i * weight i) / sum m weight ^ 2) * ((x i1 - mean) * weight i1) + ((gamma ^ 2 * rstd ^ 6 * sum m (fun i
      => (x i - mean) * dy i * weight i) ^ 2 / sum m weight ^ 2) * ((x i1 - mean) ^ 2 * weight i1) +
      (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * dy i ^ 2) = sum m (fun i => dy i ^ 2 * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (is_less _ _ (gamma ^ 2 * (var * rstd ^ 2 * sum m (fun i => weight i * dy i ^ 2) + eps * rstd ^ 2 *
    (sum m (fun i => weight i * dy i) ^ 2 + (1 + eps * rstd ^ 2) * sum m (fun i => weight i * (dy i * Xhat x
    mean var eps i)) ^ 2) / sum m weight))).
  { change (gamma ^ 2 * sum m (fun i => weight i * dy i ^ 2) - eps * sum m (fun i1 => weight i1 * (gamma *
    rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum m (fun i =>
    weight i * (dy i * Xhat x mean var eps i)) / sum m weight)) ^ 2) = gamma ^ 2 * (var * rstd ^ 2 * sum m
    (fun i => weight i * dy i ^ 2) + eps * rstd ^ 2 * (sum m (fun i => weight i * dy i) ^ 2 + (1 + eps * rstd
    ^ 2) * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) ^ 2) / sum m weight)).
    rewrite e6.
    rewrite e5.
    rewrite e7.
    rewrite e1.
    normal.
  }
  nonnegative.
Qed.

(** *Shifts and scales of the input.* The mean moves along. *)
Theorem weighted_18 :
  forall (m : nat) (c : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  WeightedMean m (fun i => x i + c) weight =
  WeightedMean m x weight + c.
Proof.
  intros m c weight x Hm divisor.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  assert (e1 : sum m (fun i => weight i * (x i + c)) = c * sum m weight + mean * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * weight i) + ((c + mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => x i + c) weight = c + mean).
  {
    change (sum m (fun i => weight i * (x i + c)) / sum m weight = c + mean).
    rewrite e1.
    normal.
  }
  change (WeightedMean m (fun i => x i + c) weight = mean + c).
  rewrite e2.
  normal.
Qed.

(** *Shifts and scales of the input.* So everything that is made from them stays. *)
Theorem weighted_19 :
  forall (m : nat) (beta c eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  Y (Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i + c)
    (WeightedMean m (fun i => x i + c) weight) weight) eps) gamma beta k =
  Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta k.
Proof.
  intros m beta c eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (x i + c)) = c * sum m weight + mean * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * weight i) + ((c + mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => x i + c) weight = c + mean).
  {
    change (sum m (fun i => weight i * (x i + c)) / sum m weight = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (x i1 + c - WeightedMean m (fun i => x i + c) weight) ^ 2) = var *
    sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight = var).
  {
    change (sum m (fun i1 => weight i1 * (x i1 + c - WeightedMean m (fun i => x i + c) weight) ^ 2) / sum m
      weight = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight + eps)
    = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i
    + c) (WeightedMean m (fun i => x i + c) weight) weight) eps k = (x k - mean) * rstd).
  {
    change ((x k + c - WeightedMean m (fun i => x i + c) weight) / sqrt (WeightedVar m (fun i => x i + c)
      (WeightedMean m (fun i => x i + c) weight) weight + eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i =>
    x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps) gamma beta k = (x k - mean) * gamma *
    rstd + beta).
  {
    change (gamma * Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i
      => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps k + beta = (x k - mean) * gamma *
      rstd + beta).
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
  change (Y (Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i +
    c) (WeightedMean m (fun i => x i + c) weight) weight) eps) gamma beta k = Y (Xhat x mean var eps) gamma
    beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** *Shifts and scales of the input.* So the root of (9.40) is multiplied by $a$ too, if ... *)
Theorem weighted_20 :
  forall (m : nat) (a eps : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) =
  Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps / a.
Proof.
  intros m a eps weight x Hm divisor Hroot a_positive.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (a * x i)) = a * mean * sum m weight).
  {
    transitivity (sum m (fun i => (a) * ((x i - mean) * weight i) + ((a * mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => a * x i) weight = a * mean).
  {
    change (sum m (fun i => weight i * (a * x i)) / sum m weight = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) = a ^ 2
    * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight = a ^ 2 *
    var).
  {
    change (sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) / sum m
      weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
    2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^
    2 * eps) = rstd / a).
  {
    change (1 / sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
      2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  change (Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 *
    eps) = rstd / a).
  rewrite e6.
  normal.
Qed.

(** *Shifts and scales of the input.* ... $\epsilon$ is multiplied by $a^2$. Numerator and root cancel. *)
Theorem weighted_21 :
  forall (m : nat) (a eps : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  (k < m)%nat ->
  Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k =
  Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k.
Proof.
  intros m a eps weight x k Hm divisor Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (a * x i)) = a * mean * sum m weight).
  {
    transitivity (sum m (fun i => (a) * ((x i - mean) * weight i) + ((a * mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => a * x i) weight = a * mean).
  {
    change (sum m (fun i => weight i * (a * x i)) / sum m weight = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) = a ^ 2
    * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight = a ^ 2 *
    var).
  {
    change (sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) / sum m
      weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
    2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a *
    x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k = (x k - mean) * rstd).
  {
    change ((a * x k - WeightedMean m (fun i => a * x i) weight) / sqrt (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2 * eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e8 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e7.
    normal.
  }
  change (Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k = Xhat x mean var eps k).
  rewrite e6.
  rewrite e8.
  normal.
Qed.

(** *Shifts and scales of the input.* The variance does not see the sign, the deviations do. *)
Theorem weighted_22 :
  forall (m : nat) (eps : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  Xhat (fun i => - x i) (WeightedMean m (fun i => - x i) weight) (WeightedVar m (fun i => - x i) (WeightedMean
    m (fun i => - x i) weight) weight) eps k =
  - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k.
Proof.
  intros m eps weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (- x i)) = - (mean * sum m weight)).
  {
    transitivity (sum m (fun i => (- 1) * ((x i - mean) * weight i) + ((- mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => - x i) weight = - mean).
  {
    change (sum m (fun i => weight i * (- x i)) / sum m weight = - mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (- x i1 - WeightedMean m (fun i => - x i) weight) ^ 2) = var * sum
    m weight).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => - x i) (WeightedMean m (fun i => - x i) weight) weight = var).
  {
    change (sum m (fun i1 => weight i1 * (- x i1 - WeightedMean m (fun i => - x i) weight) ^ 2) / sum m weight
      = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => - x i) (WeightedMean m (fun i => - x i) weight) weight + eps) = 1
    / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => - x i) (WeightedMean m (fun i => - x i) weight) (WeightedVar m (fun i => - x i)
    (WeightedMean m (fun i => - x i) weight) weight) eps k = - ((x k - mean) * rstd)).
  {
    change ((- x k - WeightedMean m (fun i => - x i) weight) / sqrt (WeightedVar m (fun i => - x i)
      (WeightedMean m (fun i => - x i) weight) weight + eps) = - ((x k - mean) * rstd)).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e8 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e7.
    normal.
  }
  change (Xhat (fun i => - x i) (WeightedMean m (fun i => - x i) weight) (WeightedVar m (fun i => - x i)
    (WeightedMean m (fun i => - x i) weight) weight) eps k = - Xhat x mean var eps k).
  rewrite e6.
  rewrite e8.
  normal.
Qed.

(** *Shifts and scales of the input.* The derivative of a function that does not see a shift does not see it.
  *)
Theorem weighted_23 :
  forall (m : nat) (c : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  gamma * Rstd (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps * (dy
    k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (fun i => x i + c) (WeightedMean m (fun i => x
    i + c) weight) (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps k
    * sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight)
    (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps i1)) / sum m
    weight) =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - sum m (fun i => weight i * dy
    i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) / sum m weight).
Proof.
  intros m c dy eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (x i + c)) = c * sum m weight + mean * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * weight i) + ((c + mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => x i + c) weight = c + mean).
  {
    change (sum m (fun i => weight i * (x i + c)) / sum m weight = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (x i1 + c - WeightedMean m (fun i => x i + c) weight) ^ 2) = var *
    sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight = var).
  {
    change (sum m (fun i1 => weight i1 * (x i1 + c - WeightedMean m (fun i => x i + c) weight) ^ 2) / sum m
      weight = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight + eps)
    = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps =
    rstd).
  {
    change (1 / sqrt (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight +
      eps) = rstd).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) (WeightedVar m (fun i => x i
    + c) (WeightedMean m (fun i => x i + c) weight) weight) eps k = (x k - mean) * rstd).
  {
    change ((x k + c - WeightedMean m (fun i => x i + c) weight) / sqrt (WeightedVar m (fun i => x i + c)
      (WeightedMean m (fun i => x i + c) weight) weight + eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e9 : forall i1, (i1 < m)%nat -> Xhat (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight)
    (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps i1 = (x i1 -
    mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 + c - WeightedMean m (fun i => x i + c) weight) / sqrt (WeightedVar m (fun i => x i + c)
      (WeightedMean m (fun i => x i + c) weight) weight + eps) = (x i1 - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e10 : sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => x i + c) (WeightedMean m (fun i => x i +
    c) weight) (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps i1)) =
    rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i1 => (rstd) * ((x i1 - mean) * dy i1 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e9 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e12 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e11.
    normal.
  }
  assert (e13 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e11.
    normal.
  }
  assert (e14 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e13 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (gamma * Rstd (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight)
    eps * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (fun i => x i + c) (WeightedMean m
    (fun i => x i + c) weight) (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight)
    weight) eps k * sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => x i + c) (WeightedMean m (fun i => x
    i + c) weight) (WeightedVar m (fun i => x i + c) (WeightedMean m (fun i => x i + c) weight) weight) eps
    i1)) / sum m weight) = gamma * rstd * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat x
    mean var eps k * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight)).
  rewrite e10.
  rewrite e8.
  rewrite e6.
  rewrite e14.
  rewrite e7.
  rewrite e12.
  normal.
Qed.

(** *Shifts and scales of the input.* The factor $r$ in the gradient is divided by $a$; the rest is made of
  $\hat{x}$. *)
Theorem weighted_24 :
  forall (m : nat) (a : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  (k < m)%nat ->
  gamma * Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 *
    eps) * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (fun i => a * x i) (WeightedMean m
    (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
    weight) (a ^ 2 * eps) k * sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => a * x i) (WeightedMean m
    (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
    weight) (a ^ 2 * eps) i1)) / sum m weight) =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - sum m (fun i => weight i * dy
    i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) / sum m weight) / a.
Proof.
  intros m a dy eps gamma weight x k Hm divisor Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (a * x i)) = a * mean * sum m weight).
  {
    transitivity (sum m (fun i => (a) * ((x i - mean) * weight i) + ((a * mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => a * x i) weight = a * mean).
  {
    change (sum m (fun i => weight i * (a * x i)) / sum m weight = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) = a ^ 2
    * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight = a ^ 2 *
    var).
  {
    change (sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) / sum m
      weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
    2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^
    2 * eps) = rstd / a).
  {
    change (1 / sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
      2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a *
    x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k = (x k - mean) * rstd).
  {
    change ((a * x k - WeightedMean m (fun i => a * x i) weight) / sqrt (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2 * eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e9 : forall i1, (i1 < m)%nat -> Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
    (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) i1 = (x
    i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((a * x i1 - WeightedMean m (fun i => a * x i) weight) / sqrt (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2 * eps) = (x i1 - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e10 : sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x
    i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 *
    eps) i1)) = rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i1 => (rstd) * ((x i1 - mean) * dy i1 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e9 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e12 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e11.
    normal.
  }
  assert (e13 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e11.
    normal.
  }
  assert (e14 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e13 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (gamma * Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a
    ^ 2 * eps) * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a *
    x i) weight) weight) (a ^ 2 * eps) k * sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a *
    x i) weight) weight) (a ^ 2 * eps) i1)) / sum m weight) = gamma * rstd * (dy k - sum m (fun i => weight i
    * dy i) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * (dy i * Xhat x mean var eps
    i)) / sum m weight) / a).
  rewrite e10.
  rewrite e8.
  rewrite e6.
  rewrite e14.
  rewrite e7.
  rewrite e12.
  normal.
Qed.

(** *Shifts and scales of the input.* So the whole layer does not see a positive factor ... *)
Theorem weighted_25 :
  forall (m : nat) (a beta eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  (k < m)%nat ->
  Y (Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps)) gamma beta k =
  Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta k.
Proof.
  intros m a beta eps gamma weight x k Hm divisor Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (a * x i)) = a * mean * sum m weight).
  {
    transitivity (sum m (fun i => (a) * ((x i - mean) * weight i) + ((a * mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => a * x i) weight = a * mean).
  {
    change (sum m (fun i => weight i * (a * x i)) / sum m weight = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) = a ^ 2
    * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight = a ^ 2 *
    var).
  {
    change (sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) / sum m
      weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
    2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a *
    x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k = (x k - mean) * rstd).
  {
    change ((a * x k - WeightedMean m (fun i => a * x i) weight) / sqrt (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2 * eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i =>
    a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps)) gamma beta k = (x k - mean) *
    gamma * rstd + beta).
  {
    change (gamma * Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i
      => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k + beta = (x k - mean) *
      gamma * rstd + beta).
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
  change (Y (Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x
    i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps)) gamma beta k = Y (Xhat x mean var
    eps) gamma beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** *Shifts and scales of the input.* ... and of a negative one only the sign, as if $\gamma$ had it. *)
Theorem weighted_26 :
  forall (m : nat) (a beta eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  (k < m)%nat ->
  Y (Xhat (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) (WeightedVar m (fun i => - (a
    * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight) (a ^ 2 * eps)) gamma beta k =
  Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (- gamma) beta
    k.
Proof.
  intros m a beta eps gamma weight x k Hm divisor Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (- (a * x i))) = - (a * mean * sum m weight)).
  {
    transitivity (sum m (fun i => (- a) * ((x i - mean) * weight i) + ((- (a * mean)) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => - (a * x i)) weight = - (a * mean)).
  {
    change (sum m (fun i => weight i * (- (a * x i))) / sum m weight = - (a * mean)).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (- (a * x i1) - WeightedMean m (fun i => - (a * x i)) weight) ^ 2)
    = a ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight = a
    ^ 2 * var).
  {
    change (sum m (fun i1 => weight i1 * (- (a * x i1) - WeightedMean m (fun i => - (a * x i)) weight) ^ 2) /
      sum m weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight)
    weight + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) (WeightedVar m (fun
    i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight) (a ^ 2 * eps) k = - ((x k - mean)
    * rstd)).
  {
    change ((- (a * x k) - WeightedMean m (fun i => - (a * x i)) weight) / sqrt (WeightedVar m (fun i => - (a
      * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight + a ^ 2 * eps) = - ((x k - mean) * rstd)).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) (WeightedVar m
    (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight) (a ^ 2 * eps)) gamma beta k
    = - ((x k - mean) * gamma * rstd) + beta).
  {
    change (gamma * Xhat (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) (WeightedVar m
      (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight) (a ^ 2 * eps) k + beta = -
      ((x k - mean) * gamma * rstd) + beta).
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
  assert (e10 : Y (Xhat x mean var eps) (- gamma) beta k = - ((x k - mean) * gamma * rstd) + beta).
  {
    change ((- gamma) * Xhat x mean var eps k + beta = - ((x k - mean) * gamma * rstd) + beta).
    rewrite e9.
    normal.
  }
  change (Y (Xhat (fun i => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) (WeightedVar m (fun i
    => - (a * x i)) (WeightedMean m (fun i => - (a * x i)) weight) weight) (a ^ 2 * eps)) gamma beta k = Y
    (Xhat x mean var eps) (- gamma) beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x h t) (WeightedMean m (move x h t)
    weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps) gamma beta i))) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => dy i * h i * weight
    i) - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => dy i * weight
    i) * sum m (fun i => h i * weight i) / sum m weight - gamma * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun
    i => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight).
Proof.
  intros m beta dy eps gamma h weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => weight i2 * (dy i2 * (gamma * (((h i2 - sum m (fun i => weight i * h i) /
    sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) -
    (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1
    - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) /
    sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) +
    0))))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => weight i2 * (dy i2 * (gamma * (((h i2 - sum m (fun i => weight i * h i) / sum m
    weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h
    i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2) + 0))) = gamma * rstd * sum m (fun i => dy i * h i * weight i) - gamma * rstd * sum
    m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) / sum m
    weight).
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
  assert (e4 : sum m (fun i2 => weight i2 * (dy i2 * (gamma * (((h i2 - sum m (fun i => weight i * h i) / sum
    m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h
    i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2) + 0))) = gamma * rstd * sum m (fun i => dy i * h i * weight i) - gamma * rstd * sum
    m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) / sum m
    weight).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * h i2 * weight i2) + ((- (gamma * rstd * sum m
      (fun i => h i * weight i) / sum m weight)) * (dy i2 * weight i2) + ((- (gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * h i * weight i) / sum m weight)) * ((x i2 - mean) * dy i2 * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** *Decoupling from the weights before.* The derivative by a single weight, whose input is $v$: where the
  weight moves by $t$, $x$ moves by $t v$. *)
Theorem weighted_27 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i))) 0
  (sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1
    - sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight) * v i1))).
Proof.
  intros m beta dy eps gamma v weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) * v i1)) = gamma * rstd * sum m (fun i => dy i * v i * weight i) - gamma * rstd * sum m (fun i =>
    dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma * rstd) * (dy i1 * v i1 * weight i1) + ((- (gamma * rstd * sum m
      (fun i => dy i * weight i) / sum m weight)) * (v i1 * weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) * v i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m beta dy eps gamma v weight x size divisor Hroot)).
  change (gamma * rstd * sum m (fun i => dy i * v i * weight i) - gamma * rstd * sum m (fun i => dy i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight = sum m (fun i1 => weight i1
    * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum
    m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight) * v i1))).
  rewrite e6.
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0
  (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i * weight i)).
Proof.
  intros m beta dy eps gamma weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i + (gamma + 0 * 1) * 0 + 0))))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1)
    * 0 + 0))) = rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
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
  assert (e3 : sum m (fun i => weight i * (dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0
    * 1) * 0 + 0))) = rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

(** *Decoupling from the weights before.* The gradient keeps of $\mathrm{d}y$ along $\hat{x}$ only the share
  that $\epsilon$ leaves. *)
Theorem weighted_28 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (ex_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x x t) (WeightedMean m (move x x
    t) weight) (WeightedVar m (move x x t) (WeightedMean m (move x x t) weight) weight) eps) gamma beta i)))
    0) /\
  (ex_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0) /\
  Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat (move x x t) (WeightedMean m (move x x t)
    weight) (WeightedVar m (move x x t) (WeightedMean m (move x x t) weight) weight) eps) gamma beta i))) 0 =
  gamma * eps * Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0 / (WeightedVar m x
    (WeightedMean m x weight) weight + eps).
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * x i * weight i) = mean * sum m (fun i => dy i * weight i) + sum m (fun i
    => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i * weight i) + ((mean) * (dy i * weight i) +
      (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => x i * weight i) = mean * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * weight i) + ((mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * x i * weight i) = var * sum m weight).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2 * weight i) + ((mean) * ((x i - mean) * weight i) +
      (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e4 : Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat (move x x t) (WeightedMean m (move
    x x t) weight) (WeightedVar m (move x x t) (WeightedMean m (move x x t) weight) weight) eps) gamma beta
    i))) 0 = gamma * rstd * sum m (fun i => (x i - mean) * dy i * weight i) - gamma * rstd ^ 3 * var * sum m
    (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (gamma * rstd * sum m (fun i => dy i * x i * weight i) - gamma * rstd * sum m (fun i => dy i
      * weight i) * sum m (fun i => x i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i -
      mean) * dy i * weight i) * sum m (fun i => (x i - mean) * x i * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma x weight x size divisor Hroot). }
    rewrite e3.
    rewrite e1.
    rewrite e2.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0 = rstd * sum m (fun i
    => (x i - mean) * dy i * weight i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma x weight x size divisor Hroot).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma weight x size divisor Hroot).
  }
  change (Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat (move x x t) (WeightedMean m (move x x
    t) weight) (WeightedVar m (move x x t) (WeightedMean m (move x x t) weight) weight) eps) gamma beta i))) 0
    = gamma * eps * Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0 / (var + eps)).
  rewrite e4.
  rewrite e5.
  normal.
Qed.

(** *Decoupling from the weights before.* With $w$ multiplied by $a$ the gradient by $x$ is divided by it,
  exactly so at $\epsilon = 0$ ... *)
Theorem weighted_29 :
  forall (m : nat) (a : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  (k < m)%nat ->
  gamma * Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 *
    eps) * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (fun i => a * x i) (WeightedMean m
    (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
    weight) (a ^ 2 * eps) k * sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => a * x i) (WeightedMean m
    (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
    weight) (a ^ 2 * eps) i1)) / sum m weight) =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - sum m (fun i => weight i * dy
    i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) / sum m weight) / a.
Proof.
  intros m a dy eps gamma weight x k Hm divisor Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (a * x i)) = a * mean * sum m weight).
  {
    transitivity (sum m (fun i => (a) * ((x i - mean) * weight i) + ((a * mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => a * x i) weight = a * mean).
  {
    change (sum m (fun i => weight i * (a * x i)) / sum m weight = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) = a ^ 2
    * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight = a ^ 2 *
    var).
  {
    change (sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) / sum m
      weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
    2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^
    2 * eps) = rstd / a).
  {
    change (1 / sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
      2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a *
    x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) k = (x k - mean) * rstd).
  {
    change ((a * x k - WeightedMean m (fun i => a * x i) weight) / sqrt (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2 * eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e9 : forall i1, (i1 < m)%nat -> Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
    (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) i1 = (x
    i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((a * x i1 - WeightedMean m (fun i => a * x i) weight) / sqrt (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2 * eps) = (x i1 - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e10 : sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => a * x i) (WeightedMean m (fun i => a * x
    i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 *
    eps) i1)) = rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i1 => (rstd) * ((x i1 - mean) * dy i1 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e9 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e12 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e11.
    normal.
  }
  assert (e13 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e11.
    normal.
  }
  assert (e14 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e13 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (gamma * Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a
    ^ 2 * eps) * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a *
    x i) weight) weight) (a ^ 2 * eps) k * sum m (fun i1 => weight i1 * (dy i1 * Xhat (fun i => a * x i)
    (WeightedMean m (fun i => a * x i) weight) (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a *
    x i) weight) weight) (a ^ 2 * eps) i1)) / sum m weight) = gamma * rstd * (dy k - sum m (fun i => weight i
    * dy i) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * (dy i * Xhat x mean var eps
    i)) / sum m weight) / a).
  rewrite e10.
  rewrite e8.
  rewrite e6.
  rewrite e14.
  rewrite e7.
  rewrite e12.
  normal.
Qed.

(** *Decoupling from the weights before.* ... and with it the derivative by each weight, whose input $v$ stays
  as it is. *)
Theorem weighted_30 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma : R) (v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 < a ->
  (ex_derive (fun t : R => sum m (fun i1 => weight i1 * (dy i1 * Y (Xhat (move (fun i => a * x i) v t)
    (WeightedMean m (move (fun i => a * x i) v t) weight) (WeightedVar m (move (fun i => a * x i) v t)
    (WeightedMean m (move (fun i => a * x i) v t) weight) weight) (a ^ 2 * eps)) gamma beta i1))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x v t) (WeightedMean m (move x v
    t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i)))
    0) /\
  Derive (fun t => sum m (fun i1 => weight i1 * (dy i1 * Y (Xhat (move (fun i => a * x i) v t) (WeightedMean m
    (move (fun i => a * x i) v t) weight) (WeightedVar m (move (fun i => a * x i) v t) (WeightedMean m (move
    (fun i => a * x i) v t) weight) weight) (a ^ 2 * eps)) gamma beta i1))) 0 =
  Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i))) 0 /
    a.
Proof.
  intros m a beta dy eps gamma v weight x Hm divisor Hroot a_positive.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (a * x i)) = a * mean * sum m weight).
  {
    transitivity (sum m (fun i => (a) * ((x i - mean) * weight i) + ((a * mean) * (weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e2 : WeightedMean m (fun i => a * x i) weight = a * mean).
  {
    change (sum m (fun i => weight i * (a * x i)) / sum m weight = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) = a ^ 2
    * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight = a ^ 2 *
    var).
  {
    change (sum m (fun i1 => weight i1 * (a * x i1 - WeightedMean m (fun i => a * x i) weight) ^ 2) / sum m
      weight = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
    2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^
    2 * eps) = rstd / a).
  {
    change (1 / sqrt (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^
      2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (a * x i1 - WeightedMean m (fun i => a * x i) weight) * dy i1 * weight i1) = a
    * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * dy i1 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i1 => (a * x i1 - WeightedMean m (fun i => a * x i) weight) * v i1 * weight i1) = a
    * sum m (fun i => (x i - mean) * v i * weight i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * v i1 * weight i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p9 : 0 < WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight) weight + a ^ 2
    * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e10 : Derive (fun t => sum m (fun i1 => weight i1 * (dy i1 * Y (Xhat (move (fun i => a * x i) v t)
    (WeightedMean m (move (fun i => a * x i) v t) weight) (WeightedVar m (move (fun i => a * x i) v t)
    (WeightedMean m (move (fun i => a * x i) v t) weight) weight) (a ^ 2 * eps)) gamma beta i1))) 0 = gamma *
    rstd * sum m (fun i => dy i * v i * weight i) / a - gamma * rstd * sum m (fun i => dy i * weight i) * sum
    m (fun i => v i * weight i) / (a * sum m weight) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i
    * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / (a * sum m weight)).
  {
    transitivity (gamma * Rstd (WeightedVar m (fun i => a * x i) (WeightedMean m (fun i => a * x i) weight)
      weight) (a ^ 2 * eps) * sum m (fun i => dy i * v i * weight i) - gamma * Rstd (WeightedVar m (fun i => a
      * x i) (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) * sum m (fun i => dy i * weight
      i) * sum m (fun i => v i * weight i) / sum m weight - gamma * Rstd (WeightedVar m (fun i => a * x i)
      (WeightedMean m (fun i => a * x i) weight) weight) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 -
      WeightedMean m (fun i => a * x i) weight) * dy i1 * weight i1) * sum m (fun i1 => (a * x i1 -
      WeightedMean m (fun i => a * x i) weight) * v i1 * weight i1) / sum m weight).
    { apply is_derive_unique. exact (derivative_4 m beta dy (a ^ 2 * eps) gamma v weight (fun i => a * x i)
      size divisor p9). }
    rewrite e6.
    rewrite e7.
    rewrite e8.
    normal.
  }
  assert (e11 : Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat (move x v t) (WeightedMean m (move
    x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta
    i))) 0 = gamma * rstd * sum m (fun i => dy i * v i * weight i) - gamma * rstd * sum m (fun i => dy i *
    weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (gamma * rstd * sum m (fun i => dy i * v i * weight i) - gamma * rstd * sum m (fun i => dy i
      * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i -
      mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma v weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy (a ^ 2 * eps) gamma v weight (fun i => a * x i) size divisor p9).
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma v weight x size divisor Hroot).
  }
  change (Derive (fun t => sum m (fun i1 => weight i1 * (dy i1 * Y (Xhat (move (fun i => a * x i) v t)
    (WeightedMean m (move (fun i => a * x i) v t) weight) (WeightedVar m (move (fun i => a * x i) v t)
    (WeightedMean m (move (fun i => a * x i) v t) weight) weight) (a ^ 2 * eps)) gamma beta i1))) 0 = Derive
    (fun t => sum m (fun i => weight i * (dy i * Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i))) 0 / a).
  rewrite e10.
  rewrite e11.
  normal.
Qed.

(** *Decoupling from the weights before.* One step of gradient descent of size $c$, along a gradient $v$ of
  the weights $w$ (the sums run over the weights). Where $\langle w, v \rangle = 0$ the weights do not get
  shorter. *)
Theorem weighted_31 :
  forall (m : nat) (c : R) (v w weight : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  sum m (fun i => weight i * w i ^ 2) - 2 * c * sum m (fun i => weight i * (w i * v i)) <=
  sum m (fun i => weight i * (w i - c * v i) ^ 2).
Proof.
  intros m c v w weight Hm divisor weight_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  assert (e1 : sum m (fun i => weight i * w i ^ 2) = sum m (fun i => w i ^ 2 * weight i)).
  {
    transitivity (sum m (fun i => (1) * (w i ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (w i * v i)) = sum m (fun i => v i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => weight i * (w i - c * v i) ^ 2) = - (2 * c * sum m (fun i => v i * w i * weight
    i)) + c ^ 2 * sum m (fun i => v i ^ 2 * weight i) + sum m (fun i => w i ^ 2 * weight i)).
  {
    transitivity (sum m (fun i => (1) * (w i ^ 2 * weight i) + ((- (2 * c)) * (v i * w i * weight i) + ((c ^
      2) * (v i ^ 2 * weight i) + (0))))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i => weight i * v i ^ 2) = sum m (fun i => v i ^ 2 * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (is_less _ _ (c ^ 2 * sum m (fun i => weight i * v i ^ 2))).
  { change (sum m (fun i => weight i * (w i - c * v i) ^ 2) - (sum m (fun i => weight i * w i ^ 2) - 2 * c *
    sum m (fun i => weight i * (w i * v i))) = c ^ 2 * sum m (fun i => weight i * v i ^ 2)).
    rewrite e3.
    rewrite e2.
    rewrite e4.
    rewrite e1.
    normal.
  }
  nonnegative.
Qed.

Lemma derivative_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (dy i1 * Y (Xhat (move x (fun i => 1) t) (WeightedMean
    m (move x (fun i => 1) t) weight) (WeightedVar m (move x (fun i => 1) t) (WeightedMean m (move x (fun i =>
    1) t) weight) weight) eps) gamma beta i1))) 0
  (0).
Proof.
  intros m beta dy eps gamma weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => weight i2 * (dy i2 * (gamma * (((1 - sum m (fun i => weight i * 1) / sum m
    weight) * sqrt (WeightedVar m (move x (fun i => 1) 0) (WeightedMean m (move x (fun i => 1) 0) weight)
    weight + eps) - (move x (fun i => 1) 0 i2 - WeightedMean m (move x (fun i => 1) 0) weight) * ((sum m (fun
    i1 => weight i1 * (2 * ((move x (fun i => 1) 0 i1 - WeightedMean m (move x (fun i => 1) 0) weight) ^ 1 *
    (1 - sum m (fun i => weight i * 1) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move
    x (fun i => 1) 0) (WeightedMean m (move x (fun i => 1) 0) weight) weight + eps)))) / sqrt (WeightedVar m
    (move x (fun i => 1) 0) (WeightedMean m (move x (fun i => 1) 0) weight) weight + eps) ^ 2) + 0))))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => weight i2 * (dy i2 * (gamma * (((1 - sum m (fun i => weight i * 1) / sum m weight)
    * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (1 - sum m
    (fun i => weight i * 1) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var +
    eps) ^ 2) + 0))) = 0).
  assert (e1 : sum m (fun i => weight i * 1) = sum m weight).
  {
    transitivity (sum m (fun i => (1) * (weight i) + (0))).
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
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => weight i * 1) / sum
    m weight)))) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i2 => weight i2 * (dy i2 * (gamma * (((1 - sum m (fun i => weight i * 1) / sum m
    weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (1 -
    sum m (fun i => weight i * 1) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) + 0))) = 0).
  {
    transitivity (sum m (fun i2 => 0)).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  rewrite e4.
  normal.
Qed.

(** *Decoupling from the weights before.* A bias of the layer before moves all elements alike; it has no
  gradient. *)
Theorem weighted_32 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (dy i1 * Y (Xhat (move x (fun i => 1) t) (WeightedMean
    m (move x (fun i => 1) t) weight) (WeightedVar m (move x (fun i => 1) t) (WeightedMean m (move x (fun i =>
    1) t) weight) weight) eps) gamma beta i1))) 0
  (0).
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_6 m beta dy eps gamma weight x size divisor Hroot)).
  change (0 = 0).
  normal.
Qed.

(** *The gradients of training mode.* What stands beside $u_k$ in the movement of the loss is the derivative
  by $x_k$. *)
Theorem weighted_33 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x u t) (WeightedMean m (move x u t)
    weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps) gamma beta i))) 0
  (sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1
    - sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight) * u i1))).
Proof.
  intros m beta dy eps gamma u weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) * u i1)) = gamma * rstd * sum m (fun i => dy i * u i * weight i) - gamma * rstd * sum m (fun i =>
    dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma * rstd) * (dy i1 * u i1 * weight i1) + ((- (gamma * rstd * sum m
      (fun i => dy i * weight i) / sum m weight)) * (u i1 * weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) * u i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m beta dy eps gamma u weight x size divisor Hroot)).
  change (gamma * rstd * sum m (fun i => dy i * u i * weight i) - gamma * rstd * sum m (fun i => dy i * weight
    i) * sum m (fun i => u i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight = sum m (fun i1 => weight i1
    * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum
    m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight) * u i1))).
  rewrite e6.
  normal.
Qed.

(** *The gradients of training mode.* The output (9.41) is linear in $\gamma$, and $\hat{x}$ does not depend
  on it. *)
Theorem weighted_34 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0
  (sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i))).
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
  assert (e3 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_5 m beta dy eps gamma weight x size divisor Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i * weight i) = sum m (fun i => weight i * (dy i * Xhat x
    mean var eps i))).
  rewrite e3.
  normal.
Qed.

Lemma derivative_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i))) 0
  (sum m (fun i => dy i * weight i)).
Proof.
  intros m beta dy eps gamma weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * (0 + (0 + (1 * 1 + 0 * 0))))))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * (0 + (0 + (1 * 1 + 0 * 0))))) = sum m (fun i => dy i * weight
    i)).
  assert (e1 : sum m (fun i => weight i * (dy i * (0 + (0 + (1 * 1 + 0 * 0))))) = sum m (fun i => dy i *
    weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** *The gradients of training mode.* The output (9.41) moves with $\beta$, element by element. *)
Theorem weighted_35 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i))) 0
  (sum m (fun i => weight i * dy i)).
Proof.
  intros m beta dy eps gamma weight x Hm divisor Hroot.
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
  apply (d_eq _ _ _ _ (derivative_7 m beta dy eps gamma weight x size divisor Hroot)).
  change (sum m (fun i => dy i * weight i) = sum m (fun i => weight i * dy i)).
  rewrite e1.
  normal.
Qed.

(** *What the gradient forgets.* The terms of the closed form cancel, as $\hat{x}$ sums to 0. *)
Theorem weighted_36 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 -
    sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight))) =
  0.
Proof.
  intros m dy eps gamma weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight))) = 0).
  {
    transitivity (sum m (fun i1 => (gamma * rstd) * (dy i1 * weight i1) + ((- (gamma * rstd * sum m (fun i =>
      dy i * weight i) / sum m weight)) * (weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) *
      dy i * weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight))) = 0).
  rewrite e6.
  normal.
Qed.

(** *What the gradient forgets.* The last term takes $\sigma^2/(\sigma^2 + \epsilon)$ of the component away.
  *)
Theorem weighted_37 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 -
    sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight) * Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1)) =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * eps * sum m (fun i => weight i * (dy i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) /
    (WeightedVar m x (WeightedMean m x weight) weight + eps).
Proof.
  intros m dy eps gamma weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) * Xhat x mean var eps i1)) = gamma * rstd ^ 2 * sum m (fun i => (x i - mean) * dy i * weight i) -
    gamma * rstd ^ 4 * var * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i1 => (gamma * rstd ^ 2) * ((x i1 - mean) * dy i1 * weight i1) + ((- (gamma *
      rstd ^ 2 * sum m (fun i => dy i * weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + ((- (gamma
      * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) ^ 2 *
      weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) * Xhat x mean var eps i1)) = gamma * rstd * eps * sum m (fun i => weight i * (dy i * Xhat x mean
    var eps i)) / (var + eps)).
  rewrite e6.
  rewrite e5.
  normal.
Qed.

(** *What the gradient forgets.* The square of the closed form, summed. *)
Theorem weighted_38 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 -
    sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight)) ^ 2) =
  gamma ^ 2 * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * (sum m (fun i => weight i * dy
    i ^ 2) - (sum m (fun i => weight i * dy i) ^ 2 + (1 + eps * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps ^ 2) * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i)) ^ 2) / sum m weight).
Proof.
  intros m dy eps gamma weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight)) ^ 2) = - (gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i * weight i) ^ 2 / sum m weight) + gamma ^ 2
    * rstd ^ 2 * sum m (fun i => dy i ^ 2 * weight i) - 2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i -
    mean) * dy i * weight i) ^ 2 / sum m weight + gamma ^ 2 * rstd ^ 6 * var * sum m (fun i => (x i - mean) *
    dy i * weight i) ^ 2 / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma ^ 2 * rstd ^ 2) * (dy i1 ^ 2 * weight i1) + ((- (2 * gamma ^ 2 *
      rstd ^ 2 * sum m (fun i => dy i * weight i) / sum m weight)) * (dy i1 * weight i1) + ((- (2 * gamma ^ 2
      * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) * dy i1 *
      weight i1) + ((gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i * weight i) ^ 2 / sum m weight ^ 2) * (weight
      i1) + ((2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => dy
      i * weight i) / sum m weight ^ 2) * ((x i1 - mean) * weight i1) + ((gamma ^ 2 * rstd ^ 6 * sum m (fun i
      => (x i - mean) * dy i * weight i) ^ 2 / sum m weight ^ 2) * ((x i1 - mean) ^ 2 * weight i1) +
      (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * dy i ^ 2) = sum m (fun i => dy i ^ 2 * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight)) ^ 2) = gamma ^ 2 * rstd ^ 2 * (sum m (fun i => weight i * dy i ^ 2) - (sum m (fun i => weight i *
    dy i) ^ 2 + (1 + eps * rstd ^ 2) * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) ^ 2) / sum m
    weight)).
  rewrite e6.
  rewrite e5.
  rewrite e7.
  rewrite e1.
  normal.
Qed.

(** *What the gradient forgets.* So the gradient is no longer than this. *)
Theorem weighted_39 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 <= eps ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 -
    sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight)) ^ 2) <=
  gamma ^ 2 * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * sum m (fun i => weight i * dy
    i ^ 2).
Proof.
  intros m dy eps gamma weight x Hm divisor Hroot eps_nonnegative weight_nonnegative.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight)) ^ 2) = - (gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i * weight i) ^ 2 / sum m weight) + gamma ^ 2
    * rstd ^ 2 * sum m (fun i => dy i ^ 2 * weight i) - 2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i -
    mean) * dy i * weight i) ^ 2 / sum m weight + gamma ^ 2 * rstd ^ 6 * var * sum m (fun i => (x i - mean) *
    dy i * weight i) ^ 2 / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma ^ 2 * rstd ^ 2) * (dy i1 ^ 2 * weight i1) + ((- (2 * gamma ^ 2 *
      rstd ^ 2 * sum m (fun i => dy i * weight i) / sum m weight)) * (dy i1 * weight i1) + ((- (2 * gamma ^ 2
      * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) * dy i1 *
      weight i1) + ((gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i * weight i) ^ 2 / sum m weight ^ 2) * (weight
      i1) + ((2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => dy
      i * weight i) / sum m weight ^ 2) * ((x i1 - mean) * weight i1) + ((gamma ^ 2 * rstd ^ 6 * sum m (fun i
      => (x i - mean) * dy i * weight i) ^ 2 / sum m weight ^ 2) * ((x i1 - mean) ^ 2 * weight i1) +
      (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * dy i ^ 2) = sum m (fun i => dy i ^ 2 * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (is_less _ _ (gamma ^ 2 * rstd ^ 2 * (sum m (fun i => weight i * dy i) ^ 2 + (1 + eps * rstd ^ 2) *
    sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) ^ 2) / sum m weight)).
  { change (gamma ^ 2 * rstd ^ 2 * sum m (fun i => weight i * dy i ^ 2) - sum m (fun i1 => weight i1 * (gamma
    * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum m (fun i
    => weight i * (dy i * Xhat x mean var eps i)) / sum m weight)) ^ 2) = gamma ^ 2 * rstd ^ 2 * (sum m (fun i
    => weight i * dy i) ^ 2 + (1 + eps * rstd ^ 2) * sum m (fun i => weight i * (dy i * Xhat x mean var eps
    i)) ^ 2) / sum m weight).
    rewrite e6.
    rewrite e5.
    rewrite e7.
    rewrite e1.
    normal.
  }
  nonnegative.
Qed.

(** *What the gradient forgets.* A constant $\mathrm{d}y$, as of the loss $\sum y_i$, has no gradient, for any
  $\epsilon$. *)
Theorem weighted_40 :
  forall (m : nat) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (1 - sum m (fun i => weight i * 1) /
    sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k *
    sum m (fun i => weight i * (1 * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i)) / sum m weight) =
  0.
Proof.
  intros m eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * 1) = sum m weight).
  {
    transitivity (sum m (fun i => (1) * (weight i) + (0))).
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
  assert (e5 : sum m (fun i => weight i * (1 * Xhat x mean var eps i)) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  change (gamma * rstd * (1 - sum m (fun i => weight i * 1) / sum m weight - Xhat x mean var eps k * sum m
    (fun i => weight i * (1 * Xhat x mean var eps i)) / sum m weight) = 0).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

(** *What the gradient forgets.* The loss $\sum y_i^2$ has none at $\epsilon = 0$, and next to none otherwise.
  *)
Theorem weighted_41 :
  forall (m : nat) (beta eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (2 * Y (Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta k - sum m (fun i => weight i *
    (2 * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma
    beta i)) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps k * sum m (fun i => weight i * (2 * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma beta i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i)) / sum m weight) =
  2 * gamma ^ 2 * eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k.
Proof.
  intros m beta eps gamma weight x k Hm divisor Hroot Hk.
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
  assert (e3 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e2.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e5 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e4 i Hi).
    normal.
  }
  assert (e6 : sum m (fun i => weight i * (2 * Y (Xhat x mean var eps) gamma beta i)) = 2 * beta * sum m
    weight).
  {
    transitivity (sum m (fun i => (2 * gamma * rstd) * ((x i - mean) * weight i) + ((2 * beta) * (weight i) +
      (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * (2 * Y (Xhat x mean var eps) gamma beta i * Xhat x mean var eps i))
    = 2 * gamma * rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (2 * gamma * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + ((2 * beta * rstd)
      * ((x i - mean) * weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  change (gamma * rstd * (2 * Y (Xhat x mean var eps) gamma beta k - sum m (fun i => weight i * (2 * Y (Xhat x
    mean var eps) gamma beta i)) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * (2 * Y
    (Xhat x mean var eps) gamma beta i * Xhat x mean var eps i)) / sum m weight) = 2 * gamma ^ 2 * eps * rstd
    ^ 3 * Xhat x mean var eps k).
  rewrite e7.
  rewrite e6.
  rewrite e3.
  rewrite e2.
  normal.
Qed.

(** *What the gradient forgets.* Conversely, where $\mathrm{d}x = 0$ (and $\gamma \ne 0$), $\mathrm{d}y$ is a
  constant plus a multiple of $\hat{x}$. *)
Theorem weighted_42 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  gamma <> 0 ->
  (k < m)%nat ->
  dy k - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy k - sum m (fun i => weight
    i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps k * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i)) / sum m weight) / (gamma * Rstd (WeightedVar m x (WeightedMean m
    x weight) weight) eps) =
  sum m (fun i => weight i * dy i) / sum m weight + Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps k * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight.
Proof.
  intros m dy eps gamma weight x k Hm divisor Hroot gamma_nonzero Hk.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  change (dy k - gamma * rstd * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps
    k * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight) / (gamma * rstd) = sum m
    (fun i => weight i * dy i) / sum m weight + Xhat x mean var eps k * sum m (fun i => weight i * (dy i *
    Xhat x mean var eps i)) / sum m weight).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

(** *What the gradient forgets.* And all of those have a gradient that $\epsilon = 0$ makes 0. *)
Theorem weighted_43 :
  forall (m : nat) (eps gamma p q : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (p + q * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k - sum m (fun i => weight i * (p + q *
    Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight
    - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k * sum m (fun i
    => weight i * ((p + q * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps
    i)) / sum m weight) =
  gamma * eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * q * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k.
Proof.
  intros m eps gamma p q weight x k Hm divisor Hroot Hk.
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
  assert (e4 : sum m (fun i => weight i * (p + q * Xhat x mean var eps i)) = p * sum m weight).
  {
    transitivity (sum m (fun i => (p) * (weight i) + ((q * rstd) * ((x i - mean) * weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * ((p + q * Xhat x mean var eps i) * Xhat x mean var eps i)) = q *
    rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (p * rstd) * ((x i - mean) * weight i) + ((q * rstd ^ 2) * ((x i - mean) ^ 2
      * weight i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  change (gamma * rstd * (p + q * Xhat x mean var eps k - sum m (fun i => weight i * (p + q * Xhat x mean var
    eps i)) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * ((p + q * Xhat x mean var eps
    i) * Xhat x mean var eps i)) / sum m weight) = gamma * eps * rstd ^ 3 * q * Xhat x mean var eps k).
  rewrite e5.
  rewrite e4.
  rewrite e2.
  normal.
Qed.

(** *What the gradient forgets.* For $\epsilon > 0$ (and $\gamma \ne 0$) the gradient determines $\mathrm{d}y$
  up to a constant: where it is 0, $\mathrm{d}y$ is constant. *)
Theorem weighted_44 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  gamma * eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * (dy k - sum m (fun i =>
    weight i * dy i) / sum m weight) =
  eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * (gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k * sum m (fun i =>
    weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps
    i)) / sum m weight)) + Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps
    * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight) * Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1)) / sum m weight.
Proof.
  intros m dy eps gamma weight x k Hm divisor Hroot Hk.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e7 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) * Xhat x mean var eps i1)) = gamma * rstd ^ 2 * sum m (fun i => (x i - mean) * dy i * weight i) -
    gamma * rstd ^ 4 * var * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i1 => (gamma * rstd ^ 2) * ((x i1 - mean) * dy i1 * weight i1) + ((- (gamma *
      rstd ^ 2 * sum m (fun i => dy i * weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + ((- (gamma
      * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) ^ 2 *
      weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e6 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  change (gamma * eps * rstd ^ 3 * (dy k - sum m (fun i => weight i * dy i) / sum m weight) = eps * rstd ^ 2 *
    (gamma * rstd * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps k * sum m
    (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight)) + Xhat x mean var eps k * sum m (fun
    i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean
    var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight) * Xhat x mean var
    eps i1)) / sum m weight).
  rewrite e7.
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_8 :
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

(** *The Jacobian and its eigenvectors.* The matrix is symmetric ... *)
Theorem weighted_45 :
  forall (m : nat) (beta eps gamma : R) (u v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) /\
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x u t) (WeightedMean m (move x u t) weight)
    (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps) gamma beta i) 0) /\
  sum m (fun i => weight i * (u i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0)) =
  sum m (fun i => weight i * (v i * Derive (fun t => Y (Xhat (move x u t) (WeightedMean m (move x u t) weight)
    (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps) gamma beta i) 0)).
Proof.
  intros m beta eps gamma u v weight x Hm divisor Hroot.
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
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma v weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (u i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x
    v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i)
    0)) = gamma * rstd * sum m (fun i => u i * v i * weight i) - gamma * rstd * sum m (fun i => u i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
    i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum
      m weight)) * ((x i - mean) * u i * weight i) + ((gamma * rstd) * (u i * v i * weight i) + ((- (gamma *
      rstd * sum m (fun i => v i * weight i) / sum m weight)) * (u i * weight i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat (move x u t) (WeightedMean m (move x u t)
    weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps) gamma beta i) 0 = -
    ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight) + u i *
    gamma * rstd - gamma * rstd * sum m (fun i => u i * weight i) / sum m weight).
  {
    intros i Hi.
    transitivity (- ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) / sum m
      weight) + u i * gamma * rstd - gamma * rstd * sum m (fun i => u i * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma u weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e4 : sum m (fun i => weight i * (v i * Derive (fun t => Y (Xhat (move x u t) (WeightedMean m (move x
    u t) weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps) gamma beta i)
    0)) = gamma * rstd * sum m (fun i => u i * v i * weight i) - gamma * rstd * sum m (fun i => u i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
    i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) / sum
      m weight)) * ((x i - mean) * v i * weight i) + ((gamma * rstd) * (u i * v i * weight i) + ((- (gamma *
      rstd * sum m (fun i => u i * weight i) / sum m weight)) * (v i * weight i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_8 m beta eps gamma v weight x i size divisor Hroot Hi).
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_8 m beta eps gamma u weight x i size divisor Hroot Hi).
  }
  change (sum m (fun i => weight i * (u i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0)) =
    sum m (fun i => weight i * (v i * Derive (fun t => Y (Xhat (move x u t) (WeightedMean m (move x u t)
    weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps) gamma beta i) 0))).
  rewrite e2.
  rewrite e4.
  normal.
Qed.

(** *The Jacobian and its eigenvectors.* ... so the backward pass applies it too, where forward mode does. *)
Theorem weighted_46 :
  forall (m : nat) (beta eps gamma : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v
    t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0) /\
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v k - sum m (fun i => weight i * v i)
    / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k
    * sum m (fun i => weight i * (v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i)) / sum m weight) =
  Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t)
    (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0.
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
  assert (e5 : sum m (fun i => weight i * (v i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move
    x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd
    ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight) + v k * gamma * rstd - gamma * rstd *
    sum m (fun i => v i * weight i) / sum m weight).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m
      weight) + v k * gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma v weight x k size divisor Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_8 m beta eps gamma v weight x k size divisor Hroot Hk).
  }
  change (gamma * rstd * (v k - sum m (fun i => weight i * v i) / sum m weight - Xhat x mean var eps k * sum m
    (fun i => weight i * (v i * Xhat x mean var eps i)) / sum m weight) = Derive (fun t => Y (Xhat (move x v
    t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
    weight) eps) gamma beta k) 0).
  rewrite e6.
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_9 :
  forall (m : nat) (beta eps gamma : R) (weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (fun i => 1) t) (WeightedMean m (move x (fun i => 1) t) weight)
    (WeightedVar m (move x (fun i => 1) t) (WeightedMean m (move x (fun i => 1) t) weight) weight) eps) gamma
    beta k) 0
  (0).
Proof.
  intros m beta eps gamma weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * (((1 - sum m (fun i => weight i * 1) / sum m weight) * sqrt (WeightedVar m (move x
    (fun i => 1) 0) (WeightedMean m (move x (fun i => 1) 0) weight) weight + eps) - (move x (fun i => 1) 0 k -
    WeightedMean m (move x (fun i => 1) 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x (fun i => 1)
    0 i1 - WeightedMean m (move x (fun i => 1) 0) weight) ^ 1 * (1 - sum m (fun i => weight i * 1) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x (fun i => 1) 0) (WeightedMean m (move x
    (fun i => 1) 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x (fun i => 1) 0) (WeightedMean m
    (move x (fun i => 1) 0) weight) weight + eps) ^ 2) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * (((1 - sum m (fun i => weight i * 1) / sum m weight) * sqrt (var + eps) - (x k - mean) *
    ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => weight i * 1) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0 = 0).
  assert (e1 : sum m (fun i => weight i * 1) = sum m weight).
  {
    transitivity (sum m (fun i => (1) * (weight i) + (0))).
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
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => weight i * 1) / sum
    m weight)))) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_nil.
    normal.
  }
  rewrite e3.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** *The Jacobian and its eigenvectors.* A constant movement is taken back by the mean. *)
Theorem weighted_47 :
  forall (m : nat) (beta eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (fun i => 1) t) (WeightedMean m (move x (fun i => 1) t) weight)
    (WeightedVar m (move x (fun i => 1) t) (WeightedMean m (move x (fun i => 1) t) weight) weight) eps) gamma
    beta k) 0
  (0).
Proof.
  intros m beta eps gamma weight x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_9 m beta eps gamma weight x k size divisor Hroot Hk)).
  change (0 = 0).
  normal.
Qed.

(** *The Jacobian and its eigenvectors.* A movement along $\hat{x}$ changes the scale, which is divided away
  but for the share of $\epsilon$. *)
Theorem weighted_48 :
  forall (m : nat) (beta eps gamma : R) (weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps) t) (WeightedMean m (move x (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) t) weight) (WeightedVar m (move x (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) t) (WeightedMean m (move x (Xhat x (WeightedMean m
    x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) t) weight) weight) eps) gamma beta k) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * eps * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k / (WeightedVar m x (WeightedMean m x
    weight) weight + eps)).
Proof.
  intros m beta eps gamma weight x k Hm divisor Hroot Hk.
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
  assert (e4 : sum m (fun i => (x i - mean) * Xhat x mean var eps i * weight i) = rstd * var * sum m weight).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e5 : sum m (fun i => Xhat x mean var eps i * weight i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_8 m beta eps gamma (Xhat x mean var eps) weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Xhat x mean var eps i * weight
    i) / sum m weight) + Xhat x mean var eps k * gamma * rstd - gamma * rstd * sum m (fun i => Xhat x mean var
    eps i * weight i) / sum m weight = gamma * rstd * eps * Xhat x mean var eps k / (var + eps)).
  rewrite e4.
  rewrite e5.
  rewrite e2.
  normal.
Qed.

(** *The Jacobian and its eigenvectors.* ... and is only multiplied by $\gamma r$. *)
Theorem weighted_49 :
  forall (m : nat) (beta eps gamma : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (fun i1 => sum m (fun i => weight i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i ^ 2) * (v i1 - sum m (fun i => weight i *
    v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i)) * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1) t) (WeightedMean m (move x (fun i1 => sum m (fun i => weight i *
    Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i ^ 2) * (v i1 -
    sum m (fun i => weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x (WeightedMean m
    x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i1) t) weight) (WeightedVar m (move x (fun i1 =>
    sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i ^ 2) * (v i1 - sum m (fun i => weight i * v i) / sum m weight) - sum m (fun i => weight i *
    (v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) * Xhat
    x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1) t) (WeightedMean m
    (move x (fun i1 => sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i ^ 2) * (v i1 - sum m (fun i => weight i * v i) / sum m weight) -
    sum m (fun i => weight i * (v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i)) * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i1) t) weight) weight) eps) gamma beta k) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (sum m (fun i => weight i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i ^ 2) * (v k - sum m
    (fun i => weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps k)).
Proof.
  intros m beta eps gamma v weight x k Hm divisor Hroot Hk.
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
  assert (e3 : sum m (fun i => weight i * Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * (v i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e7 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e8 : sum m (fun i1 => (x i1 - mean) * (sum m (fun i => weight i * Xhat x mean var eps i ^ 2) * (v i1
    - sum m (fun i => weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x mean var eps
    i)) * Xhat x mean var eps i1) * weight i1) = 0).
  {
    transitivity (sum m (fun i1 => (rstd ^ 2 * var * sum m weight) * ((x i1 - mean) * v i1 * weight i1) + ((-
      (rstd ^ 2 * var * sum m (fun i => v i * weight i))) * ((x i1 - mean) * weight i1) + ((- (rstd ^ 2 * sum
      m (fun i => (x i - mean) * v i * weight i))) * ((x i1 - mean) ^ 2 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e3.
      rewrite e4.
      rewrite (e7 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  assert (e9 : sum m (fun i1 => (sum m (fun i => weight i * Xhat x mean var eps i ^ 2) * (v i1 - sum m (fun i
    => weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x mean var eps i)) * Xhat x
    mean var eps i1) * weight i1) = 0).
  {
    transitivity (sum m (fun i1 => (rstd ^ 2 * var * sum m weight) * (v i1 * weight i1) + ((- (rstd ^ 2 * var
      * sum m (fun i => v i * weight i))) * (weight i1) + ((- (rstd ^ 2 * sum m (fun i => (x i - mean) * v i *
      weight i))) * ((x i1 - mean) * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e3.
      rewrite e4.
      rewrite (e7 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_8 m beta eps gamma (fun i1 => sum m (fun i => weight i * Xhat x mean var eps
    i ^ 2) * (v i1 - sum m (fun i => weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat
    x mean var eps i)) * Xhat x mean var eps i1) weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * (sum m (fun i => weight i *
    Xhat x mean var eps i ^ 2) * (v i1 - sum m (fun i => weight i * v i) / sum m weight) - sum m (fun i =>
    weight i * (v i * Xhat x mean var eps i)) * Xhat x mean var eps i1) * weight i1) / sum m weight) + (sum m
    (fun i => weight i * Xhat x mean var eps i ^ 2) * (v k - sum m (fun i => weight i * v i) / sum m weight) -
    sum m (fun i => weight i * (v i * Xhat x mean var eps i)) * Xhat x mean var eps k) * gamma * rstd - gamma
    * rstd * sum m (fun i1 => (sum m (fun i => weight i * Xhat x mean var eps i ^ 2) * (v i1 - sum m (fun i =>
    weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x mean var eps i)) * Xhat x mean
    var eps i1) * weight i1) / sum m weight = gamma * rstd * (sum m (fun i => weight i * Xhat x mean var eps i
    ^ 2) * (v k - sum m (fun i => weight i * v i) / sum m weight) - sum m (fun i => weight i * (v i * Xhat x
    mean var eps i)) * Xhat x mean var eps k)).
  rewrite e8.
  rewrite e9.
  rewrite e5.
  rewrite e3.
  rewrite e4.
  rewrite e6.
  normal.
Qed.

(** *The Jacobian and its eigenvectors.* The sum of the diagonal is the sum of the eigenvalues, each as often
  as it is said to occur. *)
Theorem weighted_50 :
  forall (m : nat) (eps gamma : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (1 - 1 /
    sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1
    ^ 2 / sum m weight))) =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (eps / (WeightedVar m x (WeightedMean
    m x weight) weight + eps) + (sum m weight - 2)).
Proof.
  intros m eps gamma weight x Hm divisor Hroot.
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
  assert (e2 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (gamma * rstd * (1 - 1 / sum m weight - Xhat x mean var eps i1 ^ 2
    / sum m weight))) = - (gamma * rstd) + gamma * rstd * sum m weight - gamma * rstd ^ 3 * var).
  {
    transitivity (sum m (fun i1 => (gamma * rstd - gamma * rstd / sum m weight) * (weight i1) + ((- (gamma *
      rstd ^ 3 / sum m weight)) * ((x i1 - mean) ^ 2 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e2 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i1 => weight i1 * (gamma * rstd * (1 - 1 / sum m weight - Xhat x mean var eps i1 ^ 2 /
    sum m weight))) = gamma * rstd * (eps / (var + eps) + (sum m weight - 2))).
  rewrite e3.
  normal.
Qed.

(** *The Jacobian and its eigenvectors.* At $\epsilon = 0$, $J/(\gamma r)$ applied twice is $J/(\gamma r)$: a
  projection, and orthogonal, as it is symmetric. *)
Theorem weighted_51 :
  forall (m : nat) (beta eps gamma : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) weight) (WeightedVar m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean
    m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) weight) weight) eps) gamma beta k) 0) /\
  (locally 0 (fun t : R => forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean
    m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0)) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v
    t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0) /\
  Derive (fun t => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v
    t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0)
    t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) t)
    weight) (WeightedVar m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v
    t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0)
    t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) t)
    weight) weight) eps) gamma beta k) 0 =
  gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (Derive (fun t => Y (Xhat (move x v t)
    (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
    weight) eps) gamma beta k) 0 - gamma * eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    3 * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k * sum m (fun
    i => weight i * (v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps i)) / sum m weight).
Proof.
  intros m beta eps gamma v weight x k Hm divisor Hroot Hk.
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
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma v weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => (x i - mean) * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v
    t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0 *
    weight i) = gamma * rstd * sum m (fun i => (x i - mean) * v i * weight i) - gamma * rstd ^ 3 * var * sum m
    (fun i => (x i - mean) * v i * weight i)).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum
      m weight)) * ((x i - mean) ^ 2 * weight i) + ((gamma * rstd) * ((x i - mean) * v i * weight i) + ((-
      (gamma * rstd * sum m (fun i => v i * weight i) / sum m weight)) * ((x i - mean) * weight i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e3 : Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move
    x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd
    ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight) + v k * gamma * rstd - gamma * rstd *
    sum m (fun i => v i * weight i) / sum m weight).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m
      weight) + v k * gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma v weight x k size divisor Hroot Hk). }
    normal.
  }
  assert (e4 : sum m (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0 * weight i)
    = 0).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum
      m weight)) * ((x i - mean) * weight i) + ((gamma * rstd) * (v i * weight i) + ((- (gamma * rstd * sum m
      (fun i => v i * weight i) / sum m weight)) * (weight i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e5 : Derive (fun t => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean
    m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) weight) (WeightedVar m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean
    m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) weight) weight) eps) gamma beta k) 0 = - (2 * (x k - mean) * gamma ^ 2 * rstd ^ 4 * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight) + (x k - mean) * gamma ^ 2 * rstd ^ 6 * var * sum
    m (fun i => (x i - mean) * v i * weight i) / sum m weight + v k * gamma ^ 2 * rstd ^ 2 - gamma ^ 2 * rstd
    ^ 2 * sum m (fun i => v i * weight i) / sum m weight).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Derive (fun t => Y (Xhat
      (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v
      t) weight) weight) eps) gamma beta i) 0 * weight i) / sum m weight) + Derive (fun t => Y (Xhat (move x v
      t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
      weight) eps) gamma beta k) 0 * gamma * rstd - gamma * rstd * sum m (fun i => Derive (fun t => Y (Xhat
      (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v
      t) weight) weight) eps) gamma beta i) 0 * weight i) / sum m weight).
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma (fun i => Derive (fun t => Y (Xhat (move x
      v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t)
      weight) weight) eps) gamma beta i) 0) weight x k size divisor Hroot Hk). }
    rewrite e2.
    rewrite e4.
    rewrite e3.
    normal.
  }
  assert (e6 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e7 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e6.
    normal.
  }
  assert (e8 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e6.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * (v i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e8 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    eexists. exact (derivative_8 m beta eps gamma (fun i => Derive (fun t => Y (Xhat (move x v t)
      (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
      weight) eps) gamma beta i) 0) weight x k size divisor Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x (fun i => Derive (fun t => Y (Xhat (move x v t)
      (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
      weight) eps) gamma beta i) 0) eps size Hroot)); intros t Ht.
    intros i Hi.
    eexists. exact (derivative_8 m beta eps gamma v weight x i size divisor Hroot Hi).
  }
  split.
  {
    eexists. exact (derivative_8 m beta eps gamma v weight x k size divisor Hroot Hk).
  }
  change (Derive (fun t => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) weight) (WeightedVar m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean
    m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) (WeightedMean m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma
    beta i) 0) t) weight) weight) eps) gamma beta k) 0 = gamma * rstd * (Derive (fun t => Y (Xhat (move x v t)
    (WeightedMean m (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
    weight) eps) gamma beta k) 0 - gamma * eps * rstd ^ 3 * Xhat x mean var eps k * sum m (fun i => weight i *
    (v i * Xhat x mean var eps i)) / sum m weight)).
  rewrite e5.
  rewrite e3.
  rewrite e9.
  rewrite e7.
  normal.
Qed.

Lemma derivative_10 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h : nat -> R) (mean var : R) (weight x : nat ->
    R),
  0 < INR m ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x h t) mean var eps) gamma beta
    i))) 0
  (gamma * Rstd var eps * sum m (fun i => dy i * h i * weight i)).
Proof.
  intros m beta dy eps gamma h mean var weight x size divisor Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * (gamma * ((h i - 0) / sqrt (var + eps)) + 0))))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * (gamma * ((h i - 0) / sqrt (var + eps)) + 0))) = gamma * rstd *
    sum m (fun i => dy i * h i * weight i)).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (dy i * (gamma * ((h i - 0) / sqrt (var + eps)) + 0))) = gamma *
    rstd * sum m (fun i => dy i * h i * weight i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (dy i * h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** *The gradients of inference mode.* What stands beside $u_k$ in the movement of the loss. *)
Theorem weighted_52 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean : R) (u : nat -> R) (var : R) (weight x : nat ->
    R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x u t) mean var eps) gamma beta
    i))) 0
  (sum m (fun i => weight i * (gamma * Rstd var eps * dy i * u i))).
Proof.
  intros m beta dy eps gamma mean u var weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (gamma * rstd * dy i * u i)) = gamma * rstd * sum m (fun i => dy i *
    u i * weight i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (dy i * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_10 m beta dy eps gamma u mean var weight x size divisor Hroot)).
  change (gamma * rstd * sum m (fun i => dy i * u i * weight i) = sum m (fun i => weight i * (gamma * rstd *
    dy i * u i))).
  rewrite e1.
  normal.
Qed.

Lemma derivative_11 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x mean var eps) (gamma + t * 1) beta i)))
    0
  (Rstd var eps * sum m (fun i => (x i - mean) * dy i * weight i)).
Proof.
  intros m beta dy eps gamma mean var weight x size divisor Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma
    + 0 * 1) * 0 + 0))))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1)
    * 0 + 0))) = rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
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
  assert (e3 : sum m (fun i => weight i * (dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0
    * 1) * 0 + 0))) = rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

(** *The gradients of inference mode.* The output (9.41) is linear in $\gamma$. *)
Theorem weighted_53 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x mean var eps) (gamma + t * 1) beta i)))
    0
  (sum m (fun i => weight i * (dy i * Xhat x mean var eps i))).
Proof.
  intros m beta dy eps gamma mean var weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
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
  assert (e3 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_11 m beta dy eps gamma mean var weight x size divisor Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i * weight i) = sum m (fun i => weight i * (dy i * Xhat x
    mean var eps i))).
  rewrite e3.
  normal.
Qed.

Lemma derivative_12 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x mean var eps) gamma (beta + t * 1) i)))
    0
  (sum m (fun i => dy i * weight i)).
Proof.
  intros m beta dy eps gamma mean var weight x size divisor Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * (0 + (0 + (1 * 1 + 0 * 0))))))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * (0 + (0 + (1 * 1 + 0 * 0))))) = sum m (fun i => dy i * weight
    i)).
  assert (e1 : sum m (fun i => weight i * (dy i * (0 + (0 + (1 * 1 + 0 * 0))))) = sum m (fun i => dy i *
    weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** *The gradients of inference mode.* The output (9.41) moves with $\beta$. *)
Theorem weighted_54 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x mean var eps) gamma (beta + t * 1) i)))
    0
  (sum m (fun i => weight i * dy i)).
Proof.
  intros m beta dy eps gamma mean var weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_12 m beta dy eps gamma mean var weight x size divisor Hroot)).
  change (sum m (fun i => dy i * weight i) = sum m (fun i => weight i * dy i)).
  rewrite e1.
  normal.
Qed.

Lemma derivative_13 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (mean + t * 1) var eps) gamma beta i)))
    0
  (- (gamma * Rstd var eps * sum m (fun i => dy i * weight i))).
Proof.
  intros m beta dy eps gamma mean var weight x size divisor Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * (gamma * ((0 - (0 + (1 * 1 + 0 * 0))) / sqrt (var +
    eps)) + 0))))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * (gamma * ((0 - (0 + (1 * 1 + 0 * 0))) / sqrt (var + eps)) + 0)))
    = - (gamma * rstd * sum m (fun i => dy i * weight i))).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (dy i * (gamma * ((0 - (0 + (1 * 1 + 0 * 0))) / sqrt (var + eps)) +
    0))) = - (gamma * rstd * sum m (fun i => dy i * weight i))).
  {
    transitivity (sum m (fun i => (- (gamma * rstd)) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** *The gradients of inference mode.* The mean, where it is a parameter, moves every element alike. *)
Theorem weighted_55 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (mean + t * 1) var eps) gamma beta i)))
    0
  (- (gamma * Rstd var eps * sum m (fun i => weight i * dy i))).
Proof.
  intros m beta dy eps gamma mean var weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_13 m beta dy eps gamma mean var weight x size divisor Hroot)).
  change (- (gamma * rstd * sum m (fun i => dy i * weight i)) = - (gamma * rstd * sum m (fun i => weight i *
    dy i))).
  rewrite e1.
  normal.
Qed.

Lemma derivative_14 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x mean (var + t * 1) eps) gamma beta i)))
    0
  (- (gamma * Rstd var eps ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) / 2)).
Proof.
  intros m beta dy eps gamma mean var weight x size divisor Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => weight i * (dy i * (gamma * ((0 * sqrt (var + 0 * 1 + eps) - (x i - mean) *
    ((0 + (1 * 1 + 0 * 0) + 0) / (2 * sqrt (var + 0 * 1 + eps)))) / sqrt (var + 0 * 1 + eps) ^ 2) + 0))))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => weight i * (dy i * (gamma * ((0 * sqrt (var + 0 * 1 + eps) - (x i - mean) * ((0 + (1
    * 1 + 0 * 0) + 0) / (2 * sqrt (var + 0 * 1 + eps)))) / sqrt (var + 0 * 1 + eps) ^ 2) + 0))) = - (gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) / 2)).
  assert (e1 : sqrt (var + 0 * 1 + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (dy i * (gamma * ((0 * sqrt (var + 0 * 1 + eps) - (x i - mean) * ((0
    + (1 * 1 + 0 * 0) + 0) / (2 * sqrt (var + 0 * 1 + eps)))) / sqrt (var + 0 * 1 + eps) ^ 2) + 0))) = -
    (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) / 2)).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 / 2)) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** *The gradients of inference mode.* The variance, where it is a parameter, moves the root. *)
Theorem weighted_56 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x mean (var + t * 1) eps) gamma beta i)))
    0
  (- (gamma * Rstd var eps ^ 2 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / 2)).
Proof.
  intros m beta dy eps gamma mean var weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
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
  assert (e3 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_14 m beta dy eps gamma mean var weight x size divisor Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) / 2) = - (gamma * rstd ^ 2 *
    sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / 2)).
  rewrite e3.
  normal.
Qed.

(** *Forward mode, and the adjoint test.* The movement of the output (9.41) where the input moves. *)
Theorem weighted_57 :
  forall (m : nat) (beta eps gamma : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move x v
    t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta k) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v k - sum m (fun i => weight i * v
    i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps k * sum m (fun i => weight i * (v i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) / sum m weight)).
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
  assert (e5 : sum m (fun i => weight i * (v i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_8 m beta eps gamma v weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight)
    + v k * gamma * rstd - gamma * rstd * sum m (fun i => v i * weight i) / sum m weight = gamma * rstd * (v k
    - sum m (fun i => weight i * v i) / sum m weight - Xhat x mean var eps k * sum m (fun i => weight i * (v i
    * Xhat x mean var eps i)) / sum m weight)).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_15 :
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

(** *Forward mode, and the adjoint test.* Where $\gamma$ moves by $p$. *)
Theorem weighted_58 :
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
  apply (d_eq _ _ _ _ (derivative_15 m beta eps gamma p weight x k size divisor Hroot Hk)).
  change ((x k - mean) * p * rstd = p * Xhat x mean var eps k).
  rewrite e2.
  normal.
Qed.

Lemma derivative_16 :
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

(** *Forward mode, and the adjoint test.* Where $\beta$ moves by $q$. *)
Theorem weighted_59 :
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
  apply (d_eq _ _ _ _ (derivative_16 m beta eps gamma q weight x k size divisor Hroot Hk)).
  change (q = q).
  normal.
Qed.

(** *Forward mode, and the adjoint test.* The adjoint, by the input. *)
Theorem weighted_60 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (WeightedMean m (move x v t) weight)
    (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0) /\
  sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v t)
    weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0)) =
  sum m (fun i1 => weight i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 -
    sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight) * v i1)).
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
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma v weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move
    x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i)
    0)) = gamma * rstd * sum m (fun i => dy i * v i * weight i) - gamma * rstd * sum m (fun i => dy i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) / sum
      m weight)) * ((x i - mean) * dy i * weight i) + ((gamma * rstd) * (dy i * v i * weight i) + ((- (gamma *
      rstd * sum m (fun i => v i * weight i) / sum m weight)) * (dy i * weight i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e5 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e4.
    normal.
  }
  assert (e6 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e4.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e6 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) * v i1)) = gamma * rstd * sum m (fun i => dy i * v i * weight i) - gamma * rstd * sum m (fun i =>
    dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma * rstd) * (dy i1 * v i1 * weight i1) + ((- (gamma * rstd * sum m
      (fun i => dy i * weight i) / sum m weight)) * (v i1 * weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * dy i * weight i) / sum m weight)) * ((x i1 - mean) * v i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e7.
      rewrite e3.
      rewrite (e5 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_8 m beta eps gamma v weight x i size divisor Hroot Hi).
  }
  change (sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat (move x v t) (WeightedMean m (move x v
    t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps) gamma beta i) 0))
    = sum m (fun i1 => weight i1 * (gamma * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight -
    Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight) * v
    i1))).
  rewrite e8.
  rewrite e2.
  normal.
Qed.

(** *Forward mode, and the adjoint test.* The adjoint, by $\gamma$. *)
Theorem weighted_61 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * p) beta i) 0) /\
  (ex_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0) /\
  sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * p) beta i) 0)) =
  Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0 * p.
Proof.
  intros m beta dy eps gamma p weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) (gamma + t * p) beta i) 0 = (x i - mean) * p * rstd).
  {
    intros i Hi.
    transitivity ((x i - mean) * p * rstd).
    { apply is_derive_unique. exact (derivative_15 m beta eps gamma p weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * p) beta i) 0)) = p * rstd * sum m
    (fun i => (x i - mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (p * rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) beta i))) 0 = rstd * sum m (fun i
    => (x i - mean) * dy i * weight i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i * weight i)).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_15 m beta eps gamma p weight x i size divisor Hroot Hi).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma weight x size divisor Hroot).
  }
  change (sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * p) beta i) 0)) = Derive (fun t => sum m (fun i =>
    weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps) (gamma + t * 1) beta i))) 0 * p).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

(** *Forward mode, and the adjoint test.* The adjoint, by $\beta$. *)
Theorem weighted_62 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma q : R) (weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * q) i) 0) /\
  (ex_derive (fun t : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i))) 0) /\
  sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * q) i) 0)) =
  Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i))) 0 * q.
Proof.
  intros m beta dy eps gamma q weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma (beta + t * q) i) 0 = q).
  {
    intros i Hi.
    transitivity (q).
    { apply is_derive_unique. exact (derivative_16 m beta eps gamma q weight x i size divisor Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t * q) i) 0)) = q * sum m (fun i =>
    dy i * weight i)).
  {
    transitivity (sum m (fun i => (q) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t * 1) i))) 0 = sum m (fun i => dy i
    * weight i)).
  {
    transitivity (sum m (fun i => dy i * weight i)).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_16 m beta eps gamma q weight x i size divisor Hroot Hi).
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma weight x size divisor Hroot).
  }
  change (sum m (fun i => weight i * (dy i * Derive (fun t => Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) gamma (beta + t * q) i) 0)) = Derive (fun t => sum m (fun i =>
    weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps) gamma (beta + t * 1) i))) 0 * q).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_17 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (h weight x : nat -> R) (k : nat),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (move x h t) (WeightedMean m
    (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps k * sum
    m (fun i => weight i * (dy i * Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move
    x h t) (WeightedMean m (move x h t) weight) weight) eps i)) / sum m weight)) 0
  (- ((x k - WeightedMean m x weight) * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    3 * sum m (fun i => dy i * h i * weight i) / sum m weight) + (x k - WeightedMean m x weight) * gamma *
    Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m
    (fun i => h i * weight i) / sum m weight ^ 2 + 3 * (x k - WeightedMean m x weight) * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) / sum m
    weight ^ 2 - dy k * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i
    => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight - h k * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * dy i *
    weight i) / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m
    (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * weight i) / sum m
    weight ^ 2 + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x
    i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * weight i) / sum m weight ^ 2).
Proof.
  intros m dy eps gamma h weight x k size divisor Hroot Hk.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight
    + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1
    * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) * (dy k - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean
    m (move x h 0) weight) weight) eps k * sum m (fun i => weight i * (dy i * Xhat (move x h 0) (WeightedMean
    m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i)) /
    sum m weight) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps
    * (0 - (((h k - sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 k - WeightedMean m (move x h 0) weight) *
    ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 -
    sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2 * sum m (fun i => weight i * (dy i * Xhat (move x h
    0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps i)) + Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps k * sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m
    (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight
    i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight + eps) ^ 2)))) / sum m weight))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1
    - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps k * sum m
    (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight) + gamma * rstd * (0 - (((h k - sum m
    (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x k - mean) * ((sum m (fun i1 => weight i1
    * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * sum m (fun i => weight i * (dy i * Xhat x mean var eps
    i)) + Xhat x mean var eps k * sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h
    i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean)
    ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2)))) / sum m weight) = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i =>
    dy i * h i * weight i) / sum m weight) + (x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * weight
    i) * sum m (fun i => h i * weight i) / sum m weight ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun
    i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight ^ 2 -
    dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight - h k * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight ^ 2 + gamma * rstd ^
    3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i * weight i) / sum m weight ^ 2).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e6 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e6 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight)
    * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum
    m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var
    + eps) ^ 2))) = rstd * sum m (fun i => dy i * h i * weight i) - rstd * sum m (fun i => dy i * weight i) *
    sum m (fun i => h i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight
    i) * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i2 => (rstd) * (dy i2 * h i2 * weight i2) + ((- (rstd * sum m (fun i => h i *
      weight i) / sum m weight)) * (dy i2 * weight i2) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * h i *
      weight i) / sum m weight)) * ((x i2 - mean) * dy i2 * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e8.
  rewrite e3.
  rewrite e7.
  rewrite e4.
  rewrite e2.
  rewrite e5.
  rewrite e1.
  normal.
Qed.

(** *Second derivatives, and the backward of the backward.* The Hessian-vector product. In the closed form of
  the gradient $r$ moves, and both factors of each mean do. *)
Theorem weighted_63 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (v weight x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => gamma * Rstd (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight)
    weight) eps * (dy k - sum m (fun i => weight i * dy i) / sum m weight - Xhat (move x v t) (WeightedMean m
    (move x v t) weight) (WeightedVar m (move x v t) (WeightedMean m (move x v t) weight) weight) eps k * sum
    m (fun i => weight i * (dy i * Xhat (move x v t) (WeightedMean m (move x v t) weight) (WeightedVar m (move
    x v t) (WeightedMean m (move x v t) weight) weight) eps i)) / sum m weight)) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * (3 * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps k * (sum m (fun i => weight i * (dy i *
    Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight
    - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight)) * (sum m (fun i =>
    weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v
    i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight)) - ((dy k - sum m (fun i => weight i * dy i) / sum m weight) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) + (v k - sum m (fun i =>
    weight i * v i) / sum m weight) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * dy i)) / sum m weight - sum m (fun i => weight
    i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * dy i) / sum m weight)) + Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps k * (sum m (fun i => weight i * (dy i * v i)) / sum
    m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight))))).
Proof.
  intros m dy eps gamma v weight x k Hm divisor Hroot Hk.
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
  assert (e4 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * (Xhat x mean var eps i * v i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * (Xhat x mean var eps i * dy i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i => weight i * (dy i * v i)) = sum m (fun i => dy i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_17 m dy eps gamma v weight x k size divisor Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i * weight i) / sum m weight) + (x k -
    mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m
    weight ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * v i * weight i) / sum m weight - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i
    * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m
    (fun i => v i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i *
    weight i) * sum m (fun i => dy i * weight i) / sum m weight ^ 2 = gamma * rstd ^ 2 * (3 * Xhat x mean var
    eps k * (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i =>
    weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) *
    (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i => weight i *
    Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) - ((dy k - sum m
    (fun i => weight i * dy i) / sum m weight) * (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) /
    sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight
    i * v i) / sum m weight)) + (v k - sum m (fun i => weight i * v i) / sum m weight) * (sum m (fun i =>
    weight i * (Xhat x mean var eps i * dy i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps
    i) / sum m weight * (sum m (fun i => weight i * dy i) / sum m weight)) + Xhat x mean var eps k * (sum m
    (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight))))).
  rewrite e9.
  rewrite e4.
  rewrite e7.
  rewrite e6.
  rewrite e10.
  rewrite e5.
  rewrite e8.
  rewrite e2.
  normal.
Qed.

Lemma derivative_18 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h u weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x h t) u
    t1) (WeightedMean m (move (move x h t) u t1) weight) (WeightedVar m (move (move x h t) u t1) (WeightedMean
    m (move (move x h t) u t1) weight) weight) eps) gamma beta i))) 0) 0
  (- (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight) +
    gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => u i *
    weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * u i * weight i)
    / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i
    * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun i => dy i * h i * weight i)
    / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i
    * weight i) / sum m weight ^ 2 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * u i *
    weight i) / sum m weight ^ 2).
Proof.
  intros m beta dy eps gamma h u weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t)
    weight) weight) eps * sum m (fun i => dy i * u i * weight i) - gamma * Rstd (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps * sum m (fun i => dy i * weight i) * sum m (fun i => u i
    * weight i) / sum m weight - gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy i * weight i) *
    sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * u i * weight i) / sum m weight)).
  {
    refine (filter_imp _ _ _ (near_weighted m weight x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x h t) u t1)
      (WeightedMean m (move (move x h t) u t1) weight) (WeightedVar m (move (move x h t) u t1) (WeightedMean m
      (move (move x h t) u t1) weight) weight) eps) gamma beta i))) 0 = gamma * Rstd (WeightedVar m (move x h
      t) (WeightedMean m (move x h t) weight) weight) eps * sum m (fun i => dy i * u i * weight i) - gamma *
      Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps * sum m (fun i => dy i
      * weight i) * sum m (fun i => u i * weight i) / sum m weight - gamma * Rstd (WeightedVar m (move x h t)
      (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m
      (move x h t) weight) * dy i * weight i) * sum m (fun i => (move x h t i - WeightedMean m (move x h t)
      weight) * u i * weight i) / sum m weight).
    {
      apply is_derive_unique. exact (derivative_4 m beta dy eps gamma u weight (move x h t) size divisor Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (gamma * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight
    + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1
    * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) * sum m (fun i => dy i * u i * weight i) + gamma *
    Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps * 0 - ((gamma * ((0 *
    sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1
    => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2) * sum m (fun i => dy i * weight i) + gamma * Rstd (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps * 0) * sum m (fun i => u i * weight i) +
    gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps * sum m (fun i
    => dy i * weight i) * 0) / sum m weight - ((gamma * (3 * (Rstd (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h
    0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 *
    sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) * sum m (fun i => (move x h 0 i -
    WeightedMean m (move x h 0) weight) * dy i * weight i) + gamma * Rstd (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i
    * h i) / sum m weight) * dy i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 +
    (move x h 0 i1 - WeightedMean m (move x h 0) weight) * dy i1 * 0)) * sum m (fun i => (move x h 0 i -
    WeightedMean m (move x h 0) weight) * u i * weight i) + gamma * Rstd (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * dy i * weight i) * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum
    m weight) * u i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1
    - WeightedMean m (move x h 0) weight) * u i1 * 0)) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1
    - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) * sum m (fun i => dy i * u i * weight i) + gamma * rstd * 0 - ((gamma * ((0 * sqrt (var +
    eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m (fun
    i => dy i * weight i) + gamma * rstd * 0) * sum m (fun i => u i * weight i) + gamma * rstd * sum m (fun i
    => dy i * weight i) * 0) / sum m weight - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m
    (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i
    - mean) * dy i * weight i) + gamma * rstd ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i)
    / sum m weight) * dy i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0)) * sum m (fun i =>
    (x i - mean) * u i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum
    m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (x i1 - mean) * 0) * weight
    i1 + (x i1 - mean) * u i1 * 0)) / sum m weight = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i
    * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum
    m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i *
    u i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m
    (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * h i * weight i) / sum m weight + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * weight i) / sum m weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i *
    weight i) * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * u i * weight
    i) / sum m weight ^ 2).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0) = sum m (fun i => dy i * h i * weight i) - sum m (fun
    i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * h i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (dy i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * u i1 * 0) = sum m (fun i => h i * u i * weight i) - sum m (fun i
    => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * u i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (u i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e4.
  rewrite e5.
  rewrite e3.
  rewrite e1.
  normal.
Qed.

(** *Second derivatives, and the backward of the backward.* The Hessian form: the sum of that times the other
  direction. *)
Theorem weighted_64 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v
    t) u t1) (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1)
    (WeightedMean m (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0)) /\
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v t) u
    t1) (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1) (WeightedMean
    m (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0) 0
  (gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * (3 * (sum m (fun i
    => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i *
    Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m
    x weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight)) - ((sum m (fun i => weight i * (dy i * u i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum
    m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v
    i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * u i)) / sum m
    weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i
    => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight)
    eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i *
    Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight)) * (sum m (fun i => weight i * (u i * v i)) / sum m weight - sum m (fun i => weight i * u i) / sum
    m weight * (sum m (fun i => weight i * v i) / sum m weight))))).
Proof.
  intros m beta dy eps gamma u v weight x Hm divisor Hroot.
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
  assert (e3 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * (Xhat x mean var eps i * u i)) = rstd * sum m (fun i => (x i - mean)
    * u i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * u i) = sum m (fun i => u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => weight i * (Xhat x mean var eps i * v i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i => weight i * (dy i * u i)) = sum m (fun i => dy i * u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sum m (fun i => weight i * (dy i * v i)) = sum m (fun i => dy i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e12 : sum m (fun i => weight i * (u i * v i)) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e13 : sum m (fun i => v i * u i * weight i) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x v eps size Hroot)); intros t Ht.
    eexists. exact (derivative_4 m beta dy eps gamma u weight (move x v t) size divisor Ht).
  }
  apply (d_eq _ _ _ _ (derivative_18 m beta dy eps gamma v u weight x size divisor Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => v i * u i *
    weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m
    (fun i => v i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun
    i => u i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight
    i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m
    weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i
    - mean) * v i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight ^ 2 = gamma *
    sum m weight * rstd ^ 2 * (3 * (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight
    - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) /
    sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i
    => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) *
    (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i => weight i *
    Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) - ((sum m (fun i
    => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun
    i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v
    i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * Xhat x
    mean var eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i =>
    weight i * Xhat x mean var eps i) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) / sum m
    weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight))))).
  rewrite e3.
  rewrite e6.
  rewrite e8.
  rewrite e5.
  rewrite e10.
  rewrite e11.
  rewrite e12.
  rewrite e13.
  rewrite e4.
  rewrite e7.
  rewrite e9.
  normal.
Qed.

Lemma derivative_19 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h v weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x h t) v
    t1) (WeightedMean m (move (move x h t) v t1) weight) (WeightedVar m (move (move x h t) v t1) (WeightedMean
    m (move (move x h t) v t1) weight) weight) eps) gamma beta i))) 0) 0
  (- (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * v i * weight i) / sum m weight) +
    gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i *
    weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * v i * weight i)
    / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i
    * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * h i * weight i)
    / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i
    * weight i) / sum m weight ^ 2 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i *
    weight i) / sum m weight ^ 2).
Proof.
  intros m beta dy eps gamma h v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t)
    weight) weight) eps * sum m (fun i => dy i * v i * weight i) - gamma * Rstd (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps * sum m (fun i => dy i * weight i) * sum m (fun i => v i
    * weight i) / sum m weight - gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy i * weight i) *
    sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * v i * weight i) / sum m weight)).
  {
    refine (filter_imp _ _ _ (near_weighted m weight x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x h t) v t1)
      (WeightedMean m (move (move x h t) v t1) weight) (WeightedVar m (move (move x h t) v t1) (WeightedMean m
      (move (move x h t) v t1) weight) weight) eps) gamma beta i))) 0 = gamma * Rstd (WeightedVar m (move x h
      t) (WeightedMean m (move x h t) weight) weight) eps * sum m (fun i => dy i * v i * weight i) - gamma *
      Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps * sum m (fun i => dy i
      * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma * Rstd (WeightedVar m (move x h t)
      (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m
      (move x h t) weight) * dy i * weight i) * sum m (fun i => (move x h t i - WeightedMean m (move x h t)
      weight) * v i * weight i) / sum m weight).
    {
      apply is_derive_unique. exact (derivative_4 m beta dy eps gamma v weight (move x h t) size divisor Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (gamma * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight
    + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1
    * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) * sum m (fun i => dy i * v i * weight i) + gamma *
    Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps * 0 - ((gamma * ((0 *
    sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1
    => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2) * sum m (fun i => dy i * weight i) + gamma * Rstd (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps * 0) * sum m (fun i => v i * weight i) +
    gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps * sum m (fun i
    => dy i * weight i) * 0) / sum m weight - ((gamma * (3 * (Rstd (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h
    0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 *
    sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) * sum m (fun i => (move x h 0 i -
    WeightedMean m (move x h 0) weight) * dy i * weight i) + gamma * Rstd (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i
    * h i) / sum m weight) * dy i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 +
    (move x h 0 i1 - WeightedMean m (move x h 0) weight) * dy i1 * 0)) * sum m (fun i => (move x h 0 i -
    WeightedMean m (move x h 0) weight) * v i * weight i) + gamma * Rstd (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * dy i * weight i) * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum
    m weight) * v i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1
    - WeightedMean m (move x h 0) weight) * v i1 * 0)) / sum m weight)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1
    - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) * sum m (fun i => dy i * v i * weight i) + gamma * rstd * 0 - ((gamma * ((0 * sqrt (var +
    eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m (fun
    i => dy i * weight i) + gamma * rstd * 0) * sum m (fun i => v i * weight i) + gamma * rstd * sum m (fun i
    => dy i * weight i) * 0) / sum m weight - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m
    (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i
    - mean) * dy i * weight i) + gamma * rstd ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i)
    / sum m weight) * dy i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0)) * sum m (fun i =>
    (x i - mean) * v i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum
    m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * v i1 + (x i1 - mean) * 0) * weight
    i1 + (x i1 - mean) * v i1 * 0)) / sum m weight = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i
    * weight i) * sum m (fun i => h i * v i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i * weight i) / sum
    m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i *
    v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m
    (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * h i * weight i) / sum m weight + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * weight i) / sum m weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i *
    weight i) * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight
    i) / sum m weight ^ 2).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0) = sum m (fun i => dy i * h i * weight i) - sum m (fun
    i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * h i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (dy i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * v i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * v i1 * 0) = sum m (fun i => h i * v i * weight i) - sum m (fun i
    => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * v i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (v i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e4.
  rewrite e5.
  rewrite e3.
  rewrite e1.
  normal.
Qed.

(** *Second derivatives, and the backward of the backward.* It is symmetric, as it must be. *)
Theorem weighted_65 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (ex_derive (fun t : R => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v t) u
    t1) (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1) (WeightedMean
    m (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0) 0) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v
    t) u t1) (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1)
    (WeightedMean m (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0)) /\
  (ex_derive (fun t : R => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x u t) v
    t1) (WeightedMean m (move (move x u t) v t1) weight) (WeightedVar m (move (move x u t) v t1) (WeightedMean
    m (move (move x u t) v t1) weight) weight) eps) gamma beta i))) 0) 0) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x u
    t) v t1) (WeightedMean m (move (move x u t) v t1) weight) (WeightedVar m (move (move x u t) v t1)
    (WeightedMean m (move (move x u t) v t1) weight) weight) eps) gamma beta i))) 0)) /\
  Derive (fun t => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v t) u t1)
    (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1) (WeightedMean m
    (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0) 0 =
  Derive (fun t => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x u t) v t1)
    (WeightedMean m (move (move x u t) v t1) weight) (WeightedVar m (move (move x u t) v t1) (WeightedMean m
    (move (move x u t) v t1) weight) weight) eps) gamma beta i))) 0) 0.
Proof.
  intros m beta dy eps gamma u v weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => v i * u i * weight i) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : Derive (fun t => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v
    t) u t1) (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1)
    (WeightedMean m (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0) 0 = - (gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight) +
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i * weight i) * sum
    m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i *
    weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m
    weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * u
    i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m
    (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + 3 * gamma * rstd ^ 5 *
    sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => v i
      * u i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) *
      sum m (fun i => v i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3
      * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight
      + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) *
      sum m (fun i => u i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
      i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) /
      sum m weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
      => (x i - mean) * v i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight ^ 2).
    { apply is_derive_unique. exact (derivative_18 m beta dy eps gamma v u weight x size divisor Hroot). }
    rewrite e1.
    normal.
  }
  assert (e3 : Derive (fun t => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x u
    t) v t1) (WeightedMean m (move (move x u t) v t1) weight) (WeightedVar m (move (move x u t) v t1)
    (WeightedMean m (move (move x u t) v t1) weight) weight) eps) gamma beta i))) 0) 0 = - (gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight) +
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i * weight i) * sum
    m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i *
    weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m
    weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * u
    i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m
    (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + 3 * gamma * rstd ^ 5 *
    sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i
      * v i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) *
      sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3
      * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight
      + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) *
      sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v
      i * weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight i) /
      sum m weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
      => (x i - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2).
    { apply is_derive_unique. exact (derivative_19 m beta dy eps gamma u v weight x size divisor Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_18 m beta dy eps gamma v u weight x size divisor Hroot).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x v eps size Hroot)); intros t Ht.
    eexists. exact (derivative_4 m beta dy eps gamma u weight (move x v t) size divisor Ht).
  }
  split.
  {
    eexists. exact (derivative_19 m beta dy eps gamma u v weight x size divisor Hroot).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_4 m beta dy eps gamma v weight (move x u t) size divisor Ht).
  }
  change (Derive (fun t => Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move (move x v t) u
    t1) (WeightedMean m (move (move x v t) u t1) weight) (WeightedVar m (move (move x v t) u t1) (WeightedMean
    m (move (move x v t) u t1) weight) weight) eps) gamma beta i))) 0) 0 = Derive (fun t => Derive (fun t1 =>
    sum m (fun i => weight i * (dy i * Y (Xhat (move (move x u t) v t1) (WeightedMean m (move (move x u t) v
    t1) weight) (WeightedVar m (move (move x u t) v t1) (WeightedMean m (move (move x u t) v t1) weight)
    weight) eps) gamma beta i))) 0) 0).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_20 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h : nat -> R) (p q : R) (v weight x : nat ->
    R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m
    x weight) weight) eps * (move dy h t i1 - sum m (fun i => weight i * move dy h t i) / sum m weight - Xhat
    x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * sum m (fun i =>
    weight i * (move dy h t i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i)) / sum m weight)))) + p * Derive (fun t1 => sum m (fun i => weight i * (move dy h t i * Y
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t1 * 1)
    beta i))) 0 + q * Derive (fun t1 => sum m (fun i => weight i * (move dy h t i * Y (Xhat x (WeightedMean m
    x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t1 * 1) i))) 0) 0
  (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => h i * v i * weight i)
    - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => h i * weight i) *
    sum m (fun i => v i * weight i) / sum m weight - gamma * Rstd (WeightedVar m x (WeightedMean m x weight)
    weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i
    - WeightedMean m x weight) * v i * weight i) / sum m weight + p * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) + q * sum m (fun i
    => h i * weight i)).
Proof.
  intros m beta dy eps gamma h p q v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * (move dy h t i1 - sum m (fun i => weight i * move dy h t i) / sum
    m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 *
    sum m (fun i => weight i * (move dy h t i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i)) / sum m weight)))) + p * (Rstd (WeightedVar m x (WeightedMean m
    x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight) * move dy h t i * weight i)) + q *
    sum m (fun i => move dy h t i * weight i))).
  {
    apply filter_forall; intros t.
    assert (inner1 : Derive (fun t1 => sum m (fun i => weight i * (move dy h t i * Y (Xhat x (WeightedMean m x
      weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t1 * 1) beta i))) 0 = Rstd
      (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight)
      * move dy h t i * weight i)).
    {
      apply is_derive_unique. exact (derivative_5 m beta (move dy h t) eps gamma weight x size divisor Hroot).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => weight i * (move dy h t i * Y (Xhat x (WeightedMean m x
      weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t1 * 1) i))) 0 = sum m
      (fun i => move dy h t i * weight i)).
    {
      apply is_derive_unique. exact (derivative_7 m beta (move dy h t) eps gamma weight x size divisor Hroot).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps * (h i1 - sum m (fun i => weight i * h i) / sum m weight - Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (h i * Xhat
    x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i + move dy h 0 i * 0))
    / sum m weight)))) + p * (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x
    i - WeightedMean m x weight) * h i * weight i + (x i - WeightedMean m x weight) * move dy h 0 i * 0)) + q
    * sum m (fun i => h i * weight i + move dy h 0 i * 0))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i1 => weight i1 * (v i1 * (gamma * rstd * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (h i * Xhat x mean var eps i + dy i * 0)) /
    sum m weight)))) + p * (rstd * sum m (fun i => (x i - mean) * h i * weight i + (x i - mean) * dy i * 0)) +
    q * sum m (fun i => h i * weight i + dy i * 0) = gamma * rstd * sum m (fun i => h i * v i * weight i) -
    gamma * rstd * sum m (fun i => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i)
    / sum m weight + p * rstd * sum m (fun i => (x i - mean) * h i * weight i) + q * sum m (fun i => h i *
    weight i)).
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
  assert (e5 : sum m (fun i => weight i * (h i * Xhat x mean var eps i + dy i * 0)) = rstd * sum m (fun i =>
    (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (v i1 * (gamma * rstd * (h i1 - sum m (fun i => weight i * h i) /
    sum m weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (h i * Xhat x mean var eps i + dy i *
    0)) / sum m weight)))) = gamma * rstd * sum m (fun i => h i * v i * weight i) - gamma * rstd * sum m (fun
    i => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (gamma * rstd) * (h i1 * v i1 * weight i1) + ((- (gamma * rstd * sum m (fun
      i => h i * weight i) / sum m weight)) * (v i1 * weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x
      i - mean) * h i * weight i) / sum m weight)) * ((x i1 - mean) * v i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => (x i - mean) * h i * weight i + (x i - mean) * dy i * 0) = sum m (fun i => (x i
    - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => h i * weight i + dy i * 0) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e6.
  rewrite e7.
  rewrite e8.
  normal.
Qed.

(** *Second derivatives, and the backward of the backward.* The gradient is linear in $\mathrm{d}y$, and its
  matrix symmetric. *)
Theorem weighted_66 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (u v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (move dy u t i * Y (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t1 * 1) beta
    i))) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (move dy u t i * Y (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t1 * 1)
    i))) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m x (WeightedMean m
    x weight) weight) eps * (move dy u t i1 - sum m (fun i => weight i * move dy u t i) / sum m weight - Xhat
    x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * sum m (fun i =>
    weight i * (move dy u t i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i)) / sum m weight)))) + p * Derive (fun t1 => sum m (fun i => weight i * (move dy u t i * Y
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t1 * 1)
    beta i))) 0 + q * Derive (fun t1 => sum m (fun i => weight i * (move dy u t i * Y (Xhat x (WeightedMean m
    x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma (beta + t1 * 1) i))) 0) 0
  (sum m (fun i1 => weight i1 * ((gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (v i1
    - sum m (fun i => weight i * v i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (v i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight) + p * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 + q) * u i1))).
Proof.
  intros m beta dy eps gamma p q u v weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (v i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * ((gamma * rstd * (v i1 - sum m (fun i => weight i * v i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (v i * Xhat x mean var eps i)) / sum m
    weight) + p * Xhat x mean var eps i1 + q) * u i1)) = gamma * rstd * sum m (fun i => u i * v i * weight i)
    - gamma * rstd * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight - gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight
    i) / sum m weight + p * rstd * sum m (fun i => (x i - mean) * u i * weight i) + q * sum m (fun i => u i *
    weight i)).
  {
    transitivity (sum m (fun i1 => (gamma * rstd) * (u i1 * v i1 * weight i1) + ((- (gamma * rstd * sum m (fun
      i => v i * weight i) / sum m weight) + q) * (u i1 * weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i =>
      (x i - mean) * v i * weight i) / sum m weight) + p * rstd) * ((x i1 - mean) * u i1 * weight i1) +
      (0))))).
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
    eexists. exact (derivative_5 m beta (move dy u t) eps gamma weight x size divisor Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_7 m beta (move dy u t) eps gamma weight x size divisor Hroot).
  }
  apply (d_eq _ _ _ _ (derivative_20 m beta dy eps gamma u p q v weight x size divisor Hroot)).
  change (gamma * rstd * sum m (fun i => u i * v i * weight i) - gamma * rstd * sum m (fun i => u i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
    i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight + p * rstd * sum m (fun i =>
    (x i - mean) * u i * weight i) + q * sum m (fun i => u i * weight i) = sum m (fun i1 => weight i1 *
    ((gamma * rstd * (v i1 - sum m (fun i => weight i * v i) / sum m weight - Xhat x mean var eps i1 * sum m
    (fun i => weight i * (v i * Xhat x mean var eps i)) / sum m weight) + p * Xhat x mean var eps i1 + q) * u
    i1))).
  rewrite e6.
  normal.
Qed.

Lemma derivative_21 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h : nat -> R) (p q : R) (v weight x : nat ->
    R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean
    m (move x h t) weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat (move x h t) (WeightedMean
    m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps i)) /
    sum m weight)))) + p * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move x h t)
    (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps) (gamma + t1 * 1) beta i))) 0 + q * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y
    (Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move
    x h t) weight) weight) eps) gamma (beta + t1 * 1) i))) 0) 0
  (- (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * v i * weight i) / sum m weight) +
    gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i *
    weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * v i * weight i)
    / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i
    * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * h i * weight i)
    / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i =>
    (x i - WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i
    * weight i) / sum m weight ^ 2 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i *
    weight i) / sum m weight ^ 2 + p * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m
    (fun i => dy i * h i * weight i) - p * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m
    (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight - p * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => (x i - WeightedMean m x weight) * dy i *
    weight i) * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) / sum m weight).
Proof.
  intros m beta dy eps gamma h p q v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m
    (move x h t) (WeightedMean m (move x h t) weight) weight) eps * (dy i1 - sum m (fun i => weight i * dy i)
    / sum m weight - Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat (move x h t)
    (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps i)) / sum m weight)))) + p * (Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t)
    weight) weight) eps * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy i * weight
    i)) + q * sum m (fun i => dy i * weight i))).
  {
    refine (filter_imp _ _ _ (near_weighted m weight x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move x h t) (WeightedMean m
      (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps)
      (gamma + t1 * 1) beta i))) 0 = Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
      weight) eps * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy i * weight i)).
    {
      apply is_derive_unique. exact (derivative_5 m beta dy eps gamma weight (move x h t) size divisor Ht).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move x h t) (WeightedMean m
      (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps) gamma
      (beta + t1 * 1) i))) 0 = sum m (fun i => dy i * weight i)).
    {
      apply is_derive_unique. exact (derivative_7 m beta dy eps gamma weight (move x h t) size divisor Ht).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i3 => weight i3 * (v i3 * (gamma * ((0 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0
    i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight))))
    / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2) * (dy
    i3 - sum m (fun i => weight i * dy i) / sum m weight - Xhat (move x h 0) (WeightedMean m (move x h 0)
    weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i3 * sum m (fun i =>
    weight i * (dy i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps i)) / sum m weight) + gamma * Rstd (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight) eps * (0 - (((h i3 - sum m (fun i => weight i * h i) /
    sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) -
    (move x h 0 i3 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1
    - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) /
    sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2 * sum m
    (fun i => weight i * (dy i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight) eps i)) + Xhat (move x h 0) (WeightedMean m (move x h 0)
    weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i3 * sum m (fun i2 =>
    weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move
    x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0)
    weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 *
    (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2)))) / sum m weight)))) + p * ((0 * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 =>
    weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2 * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0)
    weight) * dy i * weight i) + Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight)
    eps * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (move x h 0 i1 -
    WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean m (move x h 0)
    weight) * dy i1 * 0)) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i3 => weight i3 * (v i3 * (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight
    i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight +
    0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * (dy i3 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i3 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight) + gamma * rstd * (0 - (((h i3 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps)
    - (x i3 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight
    i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * sum m
    (fun i => weight i * (dy i * Xhat x mean var eps i)) + Xhat x mean var eps i3 * sum m (fun i2 => weight i2
    * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) *
    ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) / sum m weight)))) +
    p * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m
    (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var +
    eps) ^ 2 * sum m (fun i => (x i - mean) * dy i * weight i) + rstd * sum m (fun i1 => ((h i1 - sum m (fun i
    => weight i * h i) / sum m weight) * dy i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0))
    + 0 = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => h i * v i *
    weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m
    (fun i => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun
    i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight
    i) * sum m (fun i => dy i * h i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m
    weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i
    - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2 + p * rstd *
    sum m (fun i => dy i * h i * weight i) - p * rstd * sum m (fun i => dy i * weight i) * sum m (fun i => h i
    * weight i) / sum m weight - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
    => (x i - mean) * h i * weight i) / sum m weight).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : forall i3, (i3 < m)%nat -> Xhat x mean var eps i3 = (x i3 - mean) * rstd).
  {
    intros i3 Hi3.
    change ((x i3 - mean) / sqrt (var + eps) = (x i3 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e6 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e6 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight)
    * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum
    m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var
    + eps) ^ 2))) = rstd * sum m (fun i => dy i * h i * weight i) - rstd * sum m (fun i => dy i * weight i) *
    sum m (fun i => h i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight
    i) * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i2 => (rstd) * (dy i2 * h i2 * weight i2) + ((- (rstd * sum m (fun i => h i *
      weight i) / sum m weight)) * (dy i2 * weight i2) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * h i *
      weight i) / sum m weight)) * ((x i2 - mean) * dy i2 * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i3 => weight i3 * (v i3 * (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 =>
    weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m
    weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * (dy i3 - sum m (fun i => weight i * dy i)
    / sum m weight - Xhat x mean var eps i3 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum
    m weight) + gamma * rstd * (0 - (((h i3 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var +
    eps) - (x i3 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 *
    sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) + Xhat x mean var eps i3 * sum m (fun i2 =>
    weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2
    - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) / sum m
    weight)))) = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => h i *
    v i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum
    m (fun i => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => dy i * weight i) * sum m
    (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i *
    weight i) * sum m (fun i => dy i * h i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x
    i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m
    weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i
    - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2).
  {
    transitivity (sum m (fun i3 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) / sum
      m weight)) * (dy i3 * v i3 * weight i3) + ((gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i *
      weight i) * sum m (fun i => h i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i
      - mean) * h i * weight i) * sum m (fun i => dy i * weight i) / sum m weight ^ 2) * (v i3 * weight i3) +
      ((- (gamma * rstd ^ 3 * sum m (fun i => dy i * h i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum
      m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight ^ 2 + 3 * gamma * rstd ^ 5
      * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) / sum
      m weight ^ 2) * ((x i3 - mean) * v i3 * weight i3) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i -
      mean) * dy i * weight i) / sum m weight)) * (h i3 * v i3 * weight i3) + (0)))))).
    { apply sum_ext; intros i3 Hi3.
      rewrite e8.
      rewrite e3.
      rewrite e7.
      rewrite e4.
      rewrite e2.
      rewrite (e5 i3 Hi3).
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0) = sum m (fun i => dy i * h i * weight i) - sum m (fun
    i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * h i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (dy i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e9.
  rewrite e10.
  rewrite e3.
  rewrite e1.
  normal.
Qed.

(** *Second derivatives, and the backward of the backward.* The Hessian is symmetric; and $\mathrm{d}\gamma$
  is the loss for $\gamma = 1$, $\beta = 0$. *)
Theorem weighted_67 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (u v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x u t)
    (WeightedMean m (move x u t) weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight)
    weight) eps) (gamma + t1 * 1) beta i))) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat (move x u t)
    (WeightedMean m (move x u t) weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight)
    weight) eps) gamma (beta + t1 * 1) i))) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (v i1 * (gamma * Rstd (WeightedVar m (move x u t)
    (WeightedMean m (move x u t) weight) weight) eps * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat (move x u t) (WeightedMean m (move x u t) weight) (WeightedVar m (move x u t) (WeightedMean
    m (move x u t) weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat (move x u t) (WeightedMean
    m (move x u t) weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight) eps i)) /
    sum m weight)))) + p * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat (move x u t)
    (WeightedMean m (move x u t) weight) (WeightedVar m (move x u t) (WeightedMean m (move x u t) weight)
    weight) eps) (gamma + t1 * 1) beta i))) 0 + q * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y
    (Xhat (move x u t) (WeightedMean m (move x u t) weight) (WeightedVar m (move x u t) (WeightedMean m (move
    x u t) weight) weight) eps) gamma (beta + t1 * 1) i))) 0) 0
  (sum m (fun i1 => weight i1 * ((gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 * (3
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * (sum m (fun
    i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight
    i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m
    x weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * v i) / sum m weight)) - ((dy i1 - sum m (fun i => weight i * dy i) / sum m weight) * (sum m (fun i =>
    weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v
    i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight)) + (v i1 - sum m (fun i => weight i * v i) / sum m weight) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * dy i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * dy i) / sum m weight)) + Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * (sum m (fun i => weight i * (dy i
    * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v
    i) / sum m weight)))) + p * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 - sum m
    (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight)) * u i1))).
Proof.
  intros m beta dy eps gamma p q u v weight x Hm divisor Hroot.
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
  assert (e2 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
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
  assert (e4 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * (Xhat x mean var eps i * v i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * (Xhat x mean var eps i * dy i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i => weight i * (dy i * v i)) = sum m (fun i => dy i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sum m (fun i1 => weight i1 * ((gamma * rstd ^ 2 * (3 * Xhat x mean var eps i1 * (sum m (fun i
    => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m
    weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * v i) / sum m weight)) - ((dy i1 - sum m (fun i => weight i * dy i) /
    sum m weight) * (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i
    => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) +
    (v i1 - sum m (fun i => weight i * v i) / sum m weight) * (sum m (fun i => weight i * (Xhat x mean var eps
    i * dy i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun
    i => weight i * dy i) / sum m weight)) + Xhat x mean var eps i1 * (sum m (fun i => weight i * (dy i * v
    i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v i) /
    sum m weight)))) + p * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var
    eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight)) * u i1)) = - (gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i * v i * weight i) / sum m
    weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i *
    weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * u i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight
    i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i
    => dy i * u i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight
    i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight
    i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2 + p * rstd * sum m (fun i => dy i *
    u i * weight i) - p * rstd * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m
    weight - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u
    i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => dy i * v i * weight i) / sum m
      weight) + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m
      weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x
      i - mean) * v i * weight i) / sum m weight ^ 2 - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i *
      weight i) / sum m weight) * ((x i1 - mean) * u i1 * weight i1) + ((- (gamma * rstd ^ 3 * sum m (fun i =>
      (x i - mean) * v i * weight i) / sum m weight) + p * rstd) * (dy i1 * u i1 * weight i1) + ((gamma * rstd
      ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^
      2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i)
      / sum m weight ^ 2 - p * rstd * sum m (fun i => dy i * weight i) / sum m weight) * (u i1 * weight i1) +
      ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) / sum m weight)) * (u i1 * v i1
      * weight i1) + (0)))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e9.
      rewrite e4.
      rewrite e7.
      rewrite e6.
      rewrite e10.
      rewrite e5.
      rewrite e8.
      rewrite (e2 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_5 m beta dy eps gamma weight (move x u t) size divisor Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_7 m beta dy eps gamma weight (move x u t) size divisor Ht).
  }
  apply (d_eq _ _ _ _ (derivative_21 m beta dy eps gamma u p q v weight x size divisor Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => u i * v i *
    weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m
    (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun
    i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight
    i) * sum m (fun i => dy i * u i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m
    weight ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i
    - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 2 + p * rstd *
    sum m (fun i => dy i * u i * weight i) - p * rstd * sum m (fun i => dy i * weight i) * sum m (fun i => u i
    * weight i) / sum m weight - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
    => (x i - mean) * u i * weight i) / sum m weight = sum m (fun i1 => weight i1 * ((gamma * rstd ^ 2 * (3 *
    Xhat x mean var eps i1 * (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum
    m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i =>
    weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) -
    ((dy i1 - sum m (fun i => weight i * dy i) / sum m weight) * (sum m (fun i => weight i * (Xhat x mean var
    eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m
    (fun i => weight i * v i) / sum m weight)) + (v i1 - sum m (fun i => weight i * v i) / sum m weight) *
    (sum m (fun i => weight i * (Xhat x mean var eps i * dy i)) / sum m weight - sum m (fun i => weight i *
    Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * dy i) / sum m weight)) + Xhat x mean
    var eps i1 * (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) /
    sum m weight * (sum m (fun i => weight i * v i) / sum m weight)))) + p * rstd * (dy i1 - sum m (fun i =>
    weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean
    var eps i)) / sum m weight)) * u i1))).
  rewrite e11.
  normal.
Qed.

Lemma derivative_22 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (v i1 * ((gamma + t * 1) * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * sum m (fun i =>
    weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps
    i)) / sum m weight)))) + p * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i))) 0 +
    q * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) (beta + t1 * 1) i))) 0) 0
  (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => dy i * v i * weight i) - Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => dy i * weight i) * sum m (fun i
    => v i * weight i) / sum m weight - Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum
    m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean m x
    weight) * v i * weight i) / sum m weight).
Proof.
  intros m beta dy eps gamma p q v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => weight i1 * (v i1 * ((gamma + t * 1) * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * sum
    m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i)) / sum m weight)))) + p * (Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps *
    sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i)) + q * sum m (fun i => dy i * weight
    i))).
  {
    apply filter_forall; intros t.
    assert (inner1 : Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
      (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i))) 0 = Rstd
      (WeightedVar m x (WeightedMean m x weight) weight) eps * sum m (fun i => (x i - WeightedMean m x weight)
      * dy i * weight i)).
    {
      apply is_derive_unique. exact (derivative_5 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight)
      (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) (beta + t1 * 1) i))) 0 = sum m
      (fun i => dy i * weight i)).
    {
      apply is_derive_unique. exact (derivative_7 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i1 => weight i1 * (v i1 * (((0 + (1 * 1 + 0 * 0)) * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps + (gamma + 0 * 1) * 0) * (dy i1 - sum m (fun i => weight i * dy i) /
    sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1
    * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i)) / sum m weight) + (gamma + 0 * 1) * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps * 0))) + 0 + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i1 => weight i1 * (v i1 * (((0 + (1 * 1 + 0 * 0)) * rstd + (gamma + 0 * 1) * 0) * (dy i1
    - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum m (fun i => weight i *
    (dy i * Xhat x mean var eps i)) / sum m weight) + (gamma + 0 * 1) * rstd * 0))) + 0 + 0 = rstd * sum m
    (fun i => dy i * v i * weight i) - rstd * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight
    i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i -
    mean) * v i * weight i) / sum m weight).
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (v i1 * (((0 + (1 * 1 + 0 * 0)) * rstd + (gamma + 0 * 1) * 0) *
    (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum m (fun i => weight
    i * (dy i * Xhat x mean var eps i)) / sum m weight) + (gamma + 0 * 1) * rstd * 0))) = rstd * sum m (fun i
    => dy i * v i * weight i) - rstd * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) /
    sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) *
    v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (rstd) * (dy i1 * v i1 * weight i1) + ((- (rstd * sum m (fun i => dy i *
      weight i) / sum m weight)) * (v i1 * weight i1) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * dy i *
      weight i) / sum m weight)) * ((x i1 - mean) * v i1 * weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e5.
      rewrite e1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e6.
  normal.
Qed.

(** *Second derivatives, and the backward of the backward.* Only $\mathrm{d}x$ depends on $\gamma$, and is
  linear in it. *)
Theorem weighted_68 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i))) 0))
    /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) (beta + t1 * 1) i)))
    0)) /\
  is_derive (fun t : R => sum m (fun i1 => weight i1 * (v i1 * ((gamma + t * 1) * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps * (dy i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i1 * sum m (fun i =>
    weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps
    i)) / sum m weight)))) + p * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma + t * 1 + t1 * 1) beta i))) 0 +
    q * Derive (fun t1 => sum m (fun i => weight i * (dy i * Y (Xhat x (WeightedMean m x weight) (WeightedVar
    m x (WeightedMean m x weight) weight) eps) (gamma + t * 1) (beta + t1 * 1) i))) 0) 0
  (sum m (fun i1 => weight i1 * (v i1 * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps * (dy i1 -
    sum m (fun i => weight i * dy i) / sum m weight - Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i1 * sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m weight)))).
Proof.
  intros m beta dy eps gamma p q v weight x Hm divisor Hroot.
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
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (v i1 * rstd * (dy i1 - sum m (fun i => weight i * dy i) / sum m
    weight - Xhat x mean var eps i1 * sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m
    weight))) = rstd * sum m (fun i => dy i * v i * weight i) - rstd * sum m (fun i => dy i * weight i) * sum
    m (fun i => v i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) *
    sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (rstd) * (dy i1 * v i1 * weight i1) + ((- (rstd * sum m (fun i => dy i *
      weight i) / sum m weight)) * (v i1 * weight i1) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * dy i *
      weight i) / sum m weight)) * ((x i1 - mean) * v i1 * weight i1) + (0))))).
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
    eexists. exact (derivative_5 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_7 m beta dy eps (gamma + t * 1) weight x size divisor Hroot).
  }
  apply (d_eq _ _ _ _ (derivative_22 m beta dy eps gamma p q v weight x size divisor Hroot)).
  change (rstd * sum m (fun i => dy i * v i * weight i) - rstd * sum m (fun i => dy i * weight i) * sum m (fun
    i => v i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight = sum m (fun i1 => weight i1 * (v i1 * rstd * (dy
    i1 - sum m (fun i => weight i * dy i) / sum m weight - Xhat x mean var eps i1 * sum m (fun i => weight i *
    (dy i * Xhat x mean var eps i)) / sum m weight)))).
  rewrite e6.
  normal.
Qed.

Lemma derivative_23 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h u v weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i => weight i * (dy i * Y (Xhat (move
    (move (move x h t) v t1) u t2) (WeightedMean m (move (move (move x h t) v t1) u t2) weight) (WeightedVar m
    (move (move (move x h t) v t1) u t2) (WeightedMean m (move (move (move x h t) v t1) u t2) weight) weight)
    eps) gamma beta i))) 0) 0) 0
  (- (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * h i *
    weight i) * sum m (fun i => u i * v i * weight i) / sum m weight) + gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * h i * weight i) * sum m (fun i => u i *
    weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * u i * weight i) * sum m (fun i => h i *
    v i * weight i) / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => dy i * u i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i * weight i)
    / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun
    i => dy i * v i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * v i * weight i) * sum
    m (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * v i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^
    3 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * h i *
    weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i *
    weight i) * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => u i *
    weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i *
    weight i) * sum m (fun i => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun i => h i * v i
    * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * u i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i *
    weight i) / sum m weight ^ 3 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5
    * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean
    m x weight) * v i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight ^ 2 - 3 * gamma *
    Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) * sum m
    (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun
    i => dy i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i
    => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i =>
    v i * weight i) / sum m weight ^ 3 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight)
    eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight ^ 2 - 3
    * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i *
    weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 *
    gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i -
    WeightedMean m x weight) * u i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i *
    weight i) * sum m (fun i => dy i * h i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * u i * weight
    i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * weight i)
    * sum m (fun i => h i * weight i) / sum m weight ^ 3 - 15 * gamma * Rstd (WeightedVar m x (WeightedMean m
    x weight) weight) eps ^ 7 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m
    (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x
    weight) * u i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) / sum m
    weight ^ 3).
Proof.
  intros m beta dy eps gamma h u v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - (gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h
    t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy i *
    weight i) * sum m (fun i => v i * u i * weight i) / sum m weight) + gamma * Rstd (WeightedVar m (move x h
    t) (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m
    (move x h t) weight) * dy i * weight i) * sum m (fun i => v i * weight i) * sum m (fun i => u i * weight
    i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * v i * weight i) *
    sum m (fun i => dy i * u i * weight i) / sum m weight + gamma * Rstd (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m
    (move x h t) weight) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight
    i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * u i * weight i) *
    sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * Rstd (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m
    (move x h t) weight) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight
    i) / sum m weight ^ 2 + 3 * gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps ^ 5 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy i * weight i) *
    sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * v i * weight i) * sum m (fun i =>
    (move x h t i - WeightedMean m (move x h t) weight) * u i * weight i) / sum m weight ^ 2)).
  {
    refine (filter_imp _ _ _ (near_weighted m weight x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => Derive (fun t2 => sum m (fun i => weight i * (dy i * Y (Xhat (move
      (move (move x h t) v t1) u t2) (WeightedMean m (move (move (move x h t) v t1) u t2) weight) (WeightedVar
      m (move (move (move x h t) v t1) u t2) (WeightedMean m (move (move (move x h t) v t1) u t2) weight)
      weight) eps) gamma beta i))) 0) 0 = - (gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x
      h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * dy
      i * weight i) * sum m (fun i => v i * u i * weight i) / sum m weight) + gamma * Rstd (WeightedVar m
      (move x h t) (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i -
      WeightedMean m (move x h t) weight) * dy i * weight i) * sum m (fun i => v i * weight i) * sum m (fun i
      => u i * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x
      h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * v i
      * weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight + gamma * Rstd (WeightedVar m (move
      x h t) (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i -
      WeightedMean m (move x h t) weight) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i
      => u i * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x
      h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * u i
      * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight + gamma * Rstd (WeightedVar m (move
      x h t) (WeightedMean m (move x h t) weight) weight) eps ^ 3 * sum m (fun i => (move x h t i -
      WeightedMean m (move x h t) weight) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i
      => v i * weight i) / sum m weight ^ 2 + 3 * gamma * Rstd (WeightedVar m (move x h t) (WeightedMean m
      (move x h t) weight) weight) eps ^ 5 * sum m (fun i => (move x h t i - WeightedMean m (move x h t)
      weight) * dy i * weight i) * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * v i *
      weight i) * sum m (fun i => (move x h t i - WeightedMean m (move x h t) weight) * u i * weight i) / sum
      m weight ^ 2).
    {
      apply is_derive_unique. exact (derivative_18 m beta dy eps gamma v u weight (move x h t) size divisor
        Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((gamma * (3 * (Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps ^ 2 * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 *
    (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * dy i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight) eps ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) *
    dy i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 -
    WeightedMean m (move x h 0) weight) * dy i1 * 0)) * sum m (fun i => v i * u i * weight i) + gamma * Rstd
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x
    h 0 i - WeightedMean m (move x h 0) weight) * dy i * weight i) * 0) / sum m weight) + (((gamma * (3 *
    (Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 =>
    weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2))) * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0)
    weight) * dy i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 +
    (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean m
    (move x h 0) weight) * dy i1 * 0)) * sum m (fun i => v i * weight i) + gamma * Rstd (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * dy i * weight i) * 0) * sum m (fun i => u i * weight i) + gamma * Rstd (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i -
    WeightedMean m (move x h 0) weight) * dy i * weight i) * sum m (fun i => v i * weight i) * 0) / sum m
    weight ^ 2 - ((gamma * (3 * (Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight)
    eps ^ 2 * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 *
    ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 -
    sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * v i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight) eps ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) *
    v i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 -
    WeightedMean m (move x h 0) weight) * v i1 * 0)) * sum m (fun i => dy i * u i * weight i) + gamma * Rstd
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x
    h 0 i - WeightedMean m (move x h 0) weight) * v i * weight i) * 0) / sum m weight + (((gamma * (3 * (Rstd
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2
    * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) /
    sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps) ^ 2))) * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * v i * weight i) +
    gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun
    i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * v i1 + (move x h 0 i1 - WeightedMean m
    (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * v i1 * 0))
    * sum m (fun i => dy i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * v i *
    weight i) * 0) * sum m (fun i => u i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean
    m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0)
    weight) * v i * weight i) * sum m (fun i => dy i * weight i) * 0) / sum m weight ^ 2 - ((gamma * (3 *
    (Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 =>
    weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2))) * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0)
    weight) * u i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (move
    x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean m (move x
    h 0) weight) * u i1 * 0)) * sum m (fun i => dy i * v i * weight i) + gamma * Rstd (WeightedVar m (move x h
    0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * u i * weight i) * 0) / sum m weight + (((gamma * (3 * (Rstd (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 2 * ((0 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0
    i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight))))
    / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) * sum
    m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * u i * weight i) + gamma * Rstd
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 3 * sum m (fun i1 => ((h i1
    - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (move x h 0 i1 - WeightedMean m (move x h 0)
    weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * u i1 * 0)) * sum m (fun
    i => dy i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * u i * weight i) *
    0) * sum m (fun i => v i * weight i) + gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h
    0) weight) weight) eps ^ 3 * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * u i *
    weight i) * sum m (fun i => dy i * weight i) * 0) / sum m weight ^ 2 + (((3 * gamma * (5 * (Rstd
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 4 * ((0 * sqrt (WeightedVar
    m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2
    * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) /
    sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps) ^ 2))) * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * dy i * weight i) + 3 *
    gamma * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 5 * sum m (fun
    i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (move x h 0 i1 - WeightedMean m
    (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * dy i1 * 0))
    * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0) weight) * v i * weight i) + 3 * gamma * Rstd
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 5 * sum m (fun i => (move x
    h 0 i - WeightedMean m (move x h 0) weight) * dy i * weight i) * sum m (fun i1 => ((h i1 - sum m (fun i =>
    weight i * h i) / sum m weight) * v i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) *
    weight i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * v i1 * 0)) * sum m (fun i => (move x h
    0 i - WeightedMean m (move x h 0) weight) * u i * weight i) + 3 * gamma * Rstd (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps ^ 5 * sum m (fun i => (move x h 0 i - WeightedMean m
    (move x h 0) weight) * dy i * weight i) * sum m (fun i => (move x h 0 i - WeightedMean m (move x h 0)
    weight) * v i * weight i) * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u
    i1 + (move x h 0 i1 - WeightedMean m (move x h 0) weight) * 0) * weight i1 + (move x h 0 i1 - WeightedMean
    m (move x h 0) weight) * u i1 * 0)) / sum m weight ^ 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x
    i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 *
    sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * dy i * weight i) + gamma *
    rstd ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0)) * sum m (fun i => v i * u i * weight i) + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * weight i) * 0) / sum m weight) + (((gamma * (3 * (rstd ^
    2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m
    (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var +
    eps) ^ 2))) * sum m (fun i => (x i - mean) * dy i * weight i) + gamma * rstd ^ 3 * sum m (fun i1 => ((h i1
    - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean)
    * dy i1 * 0)) * sum m (fun i => v i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i *
    weight i) * 0) * sum m (fun i => u i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i
    * weight i) * sum m (fun i => v i * weight i) * 0) / sum m weight ^ 2 - ((gamma * (3 * (rstd ^ 2 * ((0 *
    sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^
    2))) * sum m (fun i => (x i - mean) * v i * weight i) + gamma * rstd ^ 3 * sum m (fun i1 => ((h i1 - sum m
    (fun i => weight i * h i) / sum m weight) * v i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * v i1 *
    0)) * sum m (fun i => dy i * u i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i *
    weight i) * 0) / sum m weight + (((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1
    => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum
    m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * v i *
    weight i) + gamma * rstd ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) *
    v i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * v i1 * 0)) * sum m (fun i => dy i * weight i) +
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * 0) * sum m (fun i => u i * weight i) +
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * 0)
    / sum m weight ^ 2 - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1
    * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * u i * weight i) +
    gamma * rstd ^ 3 * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (x
    i1 - mean) * 0) * weight i1 + (x i1 - mean) * u i1 * 0)) * sum m (fun i => dy i * v i * weight i) + gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * u i * weight i) * 0) / sum m weight + (((gamma * (3 * (rstd ^
    2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m
    (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var +
    eps) ^ 2))) * sum m (fun i => (x i - mean) * u i * weight i) + gamma * rstd ^ 3 * sum m (fun i1 => ((h i1
    - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean)
    * u i1 * 0)) * sum m (fun i => dy i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i *
    weight i) * 0) * sum m (fun i => v i * weight i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i *
    weight i) * sum m (fun i => dy i * weight i) * 0) / sum m weight ^ 2 + (((3 * gamma * (5 * (rstd ^ 4 * ((0
    * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^
    2))) * sum m (fun i => (x i - mean) * dy i * weight i) + 3 * gamma * rstd ^ 5 * sum m (fun i1 => ((h i1 -
    sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) *
    dy i1 * 0)) * sum m (fun i => (x i - mean) * v i * weight i) + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i
    - mean) * dy i * weight i) * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * v
    i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * v i1 * 0)) * sum m (fun i => (x i - mean) * u i *
    weight i) + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i
    - mean) * v i * weight i) * sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u
    i1 + (x i1 - mean) * 0) * weight i1 + (x i1 - mean) * u i1 * 0)) / sum m weight ^ 2 = - (gamma * rstd ^ 3
    * sum m (fun i => dy i * h i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight) + gamma *
    rstd ^ 3 * sum m (fun i => dy i * h i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i
    * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => dy i * u i * weight i) * sum m (fun i
    => h i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => dy i * u i * weight i) * sum
    m (fun i => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum
    m (fun i => dy i * v i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight + gamma * rstd ^
    3 * sum m (fun i => dy i * v i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => u i *
    weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => h i *
    u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i =>
    dy i * weight i) * sum m (fun i => h i * v i * weight i) * sum m (fun i => u i * weight i) / sum m weight
    ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i
    => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) *
    sum m (fun i => h i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum
    m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x
    i - mean) * h i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd
    ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) *
    sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^
    5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum
    m (fun i => h i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean)
    * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => h i * weight i) *
    sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) *
    dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => h i * u i * weight i)
    / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
    => (x i - mean) * v i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => u i * weight i) /
    sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i =>
    (x i - mean) * u i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight ^ 2 - 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * u i * weight i)
    * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd
    ^ 5 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) *
    sum m (fun i => dy i * u i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight
    i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * h i *
    weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i * weight i) * sum
    m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i *
    weight i) / sum m weight ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i * weight i) *
    sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 3).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * dy i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * dy i1 * 0) = sum m (fun i => dy i * h i * weight i) - sum m (fun
    i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * h i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (dy i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => v i * u i * weight i) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * v i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * v i1 * 0) = sum m (fun i => h i * v i * weight i) - sum m (fun i
    => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * v i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (v i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i1 => ((h i1 - sum m (fun i => weight i * h i) / sum m weight) * u i1 + (x i1 -
    mean) * 0) * weight i1 + (x i1 - mean) * u i1 * 0) = sum m (fun i => h i * u i * weight i) - sum m (fun i
    => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * u i1 * weight i1) + ((- (sum m (fun i => h i * weight i) /
      sum m weight)) * (u i1 * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e4.
  rewrite e7.
  rewrite e6.
  rewrite e3.
  rewrite e5.
  rewrite e1.
  normal.
Qed.

(** *The third derivative.* The Hessian form, differentiated once more: each covariance with the standardised
  batch moves, and so does its factor. *)
Theorem weighted_69 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v w weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => Derive (fun t2 => sum m (fun i => weight i * (dy i * Y
    (Xhat (move (move (move x w t) v t1) u t2) (WeightedMean m (move (move (move x w t) v t1) u t2) weight)
    (WeightedVar m (move (move (move x w t) v t1) u t2) (WeightedMean m (move (move (move x w t) v t1) u t2)
    weight) weight) eps) gamma beta i))) 0) 0)) /\
  (locally 0 (fun t : R => locally 0 (fun t1 : R => ex_derive (fun t2 : R => sum m (fun i => weight i * (dy i
    * Y (Xhat (move (move (move x w t) v t1) u t2) (WeightedMean m (move (move (move x w t) v t1) u t2)
    weight) (WeightedVar m (move (move (move x w t) v t1) u t2) (WeightedMean m (move (move (move x w t) v t1)
    u t2) weight) weight) eps) gamma beta i))) 0))) /\
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i => weight i * (dy i * Y (Xhat (move
    (move (move x w t) v t1) u t2) (WeightedMean m (move (move (move x w t) v t1) u t2) weight) (WeightedVar m
    (move (move (move x w t) v t1) u t2) (WeightedMean m (move (move (move x w t) v t1) u t2) weight) weight)
    eps) gamma beta i))) 0) 0) 0
  (3 * gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * ((sum m (fun i
    => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun
    i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) + (sum m (fun i =>
    weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * u i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i =>
    weight i * (dy i * w i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight))) + 3 * gamma * sum m
    weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * (sum m (fun i => weight i * (dy
    i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m
    weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight)) *
    ((sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * u
    i) / sum m weight)) * (sum m (fun i => weight i * (v i * w i)) / sum m weight - sum m (fun i => weight i *
    v i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) + (sum m (fun i => weight i *
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i
    => weight i * (w i * u i)) / sum m weight - sum m (fun i => weight i * w i) / sum m weight * (sum m (fun i
    => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) /
    sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight))) - gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * ((sum
    m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight *
    (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (v i * w i)) / sum m
    weight - sum m (fun i => weight i * v i) / sum m weight * (sum m (fun i => weight i * w i) / sum m
    weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) /
    sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (w i * u
    i)) / sum m weight - sum m (fun i => weight i * w i) / sum m weight * (sum m (fun i => weight i * u i) /
    sum m weight)) + (sum m (fun i => weight i * (dy i * w i)) / sum m weight - sum m (fun i => weight i * dy
    i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (u i *
    v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) /
    sum m weight))) - 15 * gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps
    ^ 3 * (sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun
    i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)
    / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum
    m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight - sum m (fun i =>
    weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) /
    sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight))).
Proof.
  intros m beta dy eps gamma u v w weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (dy i * u i)) = sum m (fun i => dy i * u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => weight i * u i) = sum m (fun i => u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e5 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e4.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * (Xhat x mean var eps i * v i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e8 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * (Xhat x mean var eps i * w i)) = rstd * sum m (fun i => (x i - mean)
    * w i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i => weight i * w i) = sum m (fun i => w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sum m (fun i => weight i * (dy i * v i)) = sum m (fun i => dy i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e12 : sum m (fun i => weight i * (Xhat x mean var eps i * u i)) = rstd * sum m (fun i => (x i -
    mean) * u i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e13 : sum m (fun i => weight i * (dy i * w i)) = sum m (fun i => dy i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e14 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e15 : sum m (fun i => weight i * (v i * w i)) = sum m (fun i => v i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e16 : sum m (fun i => weight i * (w i * u i)) = sum m (fun i => u i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e17 : sum m (fun i => weight i * (u i * v i)) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e18 : sum m (fun i => w i * v i * weight i) = sum m (fun i => v i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e19 : sum m (fun i => w i * u i * weight i) = sum m (fun i => u i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x w eps size Hroot)); intros t Ht.
    eexists. exact (derivative_18 m beta dy eps gamma v u weight (move x w t) size divisor Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near_weighted m weight x w eps size Hroot)); intros t Ht.
    refine (filter_imp _ _ _ (near_weighted m weight (move x w t) v eps size Ht)); intros t1 Ht1.
    eexists. exact (derivative_4 m beta dy eps gamma u weight (move (move x w t) v t1) size divisor Ht1).
  }
  apply (d_eq _ _ _ _ (derivative_23 m beta dy eps gamma w u v weight x size divisor Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => dy i * w i * weight i) * sum m (fun i => u i * v i * weight i)
    / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => dy i * w i * weight i) * sum m (fun i => u i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => dy i * u i *
    weight i) * sum m (fun i => w i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => dy i
    * u i * weight i) * sum m (fun i => w i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 -
    gamma * rstd ^ 3 * sum m (fun i => dy i * v i * weight i) * sum m (fun i => w i * u i * weight i) / sum m
    weight + gamma * rstd ^ 3 * sum m (fun i => dy i * v i * weight i) * sum m (fun i => w i * weight i) * sum
    m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum
    m (fun i => w i * u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3
    * sum m (fun i => dy i * weight i) * sum m (fun i => w i * v i * weight i) * sum m (fun i => u i * weight
    i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => w i * weight
    i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 3 * sum m (fun i => dy
    i * weight i) * sum m (fun i => w i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i *
    weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) *
    sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2
    - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) *
    w i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3
    * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i
    * weight i) * sum m (fun i => w i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun
    i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => w
    i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i
    => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => w i
    * u i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight
    i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => w i * weight i) * sum m (fun i => u
    i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i * weight i) *
    sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight ^ 2
    - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * u
    i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3
    * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * v i *
    weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun
    i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy
    i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i
    => (x i - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i
    * w i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i * weight
    i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => w
    i * weight i) / sum m weight ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i * weight i)
    * sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 3 = 3 * gamma * sum m weight * rstd ^ 3 * ((sum
    m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight *
    (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * v
    i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i =>
    weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * w i)) / sum m
    weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * w
    i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x mean var eps i * w i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var
    eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m
    (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * w i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum
    m (fun i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x
    mean var eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps
    i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight))) + 3 * gamma * sum m weight * rstd ^
    3 * (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * ((sum m
    (fun i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x
    mean var eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (v i * w i)) / sum m weight - sum m (fun i => weight i * v i) / sum m weight * (sum m (fun i =>
    weight i * w i) / sum m weight)) + (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v
    i) / sum m weight)) * (sum m (fun i => weight i * (w i * u i)) / sum m weight - sum m (fun i => weight i *
    w i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i *
    (Xhat x mean var eps i * w i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) /
    sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight))) - gamma * sum m weight * rstd ^ 3 * ((sum m (fun i => weight i * (dy i * u i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum
    m (fun i => weight i * (v i * w i)) / sum m weight - sum m (fun i => weight i * v i) / sum m weight * (sum
    m (fun i => weight i * w i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum
    m (fun i => weight i * (w i * u i)) / sum m weight - sum m (fun i => weight i * w i) / sum m weight * (sum
    m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * w i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum
    m (fun i => weight i * (u i * v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight))) - 15 * gamma * sum m weight * rstd ^ 3 * (sum m (fun i =>
    weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m
    weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var
    eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m
    (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * w i)) /
    sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight
    i * w i) / sum m weight))).
  rewrite e14.
  rewrite e12.
  rewrite e6.
  rewrite e9.
  rewrite e7.
  rewrite e1.
  rewrite e11.
  rewrite e13.
  rewrite e17.
  rewrite e15.
  rewrite e16.
  rewrite e19.
  rewrite e18.
  rewrite e2.
  rewrite e3.
  rewrite e8.
  rewrite e10.
  normal.
Qed.

Lemma derivative_24 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (h u v weight x : nat -> R),
  0 < INR m ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => gamma * sum m weight * Rstd (WeightedVar m (move x h t) (WeightedMean m (move x h t)
    weight) weight) eps ^ 2 * (3 * (sum m (fun i => weight i * (dy i * Xhat (move x h t) (WeightedMean m (move
    x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps i)) / sum m
    weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat (move x h t)
    (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x h t) (WeightedMean m (move x h
    t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps i * u i)) / sum m
    weight - sum m (fun i => weight i * Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m
    (move x h t) (WeightedMean m (move x h t) weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x h t) (WeightedMean m (move x h t)
    weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m
    (move x h t) (WeightedMean m (move x h t) weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * v i) / sum m weight)) - ((sum m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i =>
    weight i * dy i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i *
    Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x
    h t) weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) + (sum m
    (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x h t)
    (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight)
    weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat (move x h t) (WeightedMean m (move
    x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t) weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * Xhat
    (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t) (WeightedMean m (move x h t)
    weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * Xhat (move x h t) (WeightedMean m (move x h t) weight) (WeightedVar m (move x h t)
    (WeightedMean m (move x h t) weight) weight) eps i) / sum m weight)) * (sum m (fun i => weight i * (u i *
    v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) /
    sum m weight))))) 0
  (- (gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * h i *
    weight i) * sum m (fun i => u i * v i * weight i) / sum m weight) + gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * h i * weight i) * sum m (fun i => u i *
    weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * u i * weight i) * sum m (fun i => h i *
    v i * weight i) / sum m weight + gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 *
    sum m (fun i => dy i * u i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i * weight i)
    / sum m weight ^ 2 - gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun
    i => dy i * v i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * v i * weight i) * sum
    m (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * v i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun
    i => h i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^
    3 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i -
    WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * h i *
    weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i *
    weight i) * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => u i *
    weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i *
    weight i) * sum m (fun i => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun i => h i * v i
    * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^
    5 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * u i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i *
    weight i) / sum m weight ^ 3 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5
    * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean
    m x weight) * v i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight ^ 2 - 3 * gamma *
    Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * dy i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) * sum m
    (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 * gamma * Rstd
    (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x
    weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun
    i => dy i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x
    weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i
    => (x i - WeightedMean m x weight) * u i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i =>
    v i * weight i) / sum m weight ^ 3 + 3 * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight)
    eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i -
    WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight ^ 2 - 3
    * gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i -
    WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i *
    weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 *
    gamma * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i -
    WeightedMean m x weight) * u i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i *
    weight i) * sum m (fun i => dy i * h i * weight i) / sum m weight ^ 2 - 3 * gamma * Rstd (WeightedVar m x
    (WeightedMean m x weight) weight) eps ^ 5 * sum m (fun i => (x i - WeightedMean m x weight) * u i * weight
    i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) * sum m (fun i => dy i * weight i)
    * sum m (fun i => h i * weight i) / sum m weight ^ 3 - 15 * gamma * Rstd (WeightedVar m x (WeightedMean m
    x weight) weight) eps ^ 7 * sum m (fun i => (x i - WeightedMean m x weight) * dy i * weight i) * sum m
    (fun i => (x i - WeightedMean m x weight) * h i * weight i) * sum m (fun i => (x i - WeightedMean m x
    weight) * u i * weight i) * sum m (fun i => (x i - WeightedMean m x weight) * v i * weight i) / sum m
    weight ^ 3).
Proof.
  intros m dy eps gamma h u v weight x size divisor Hroot.
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * sum m weight * (2 * (Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight) eps ^ 1 * ((0 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight + eps) - 1 * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0)
    weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) * (3 * (sum m (fun i => weight i *
    (dy i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight *
    (sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x
    h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move
    x h 0) weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat (move x h 0)
    (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i *
    Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) - ((sum m
    (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum
    m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x h 0)
    (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m (move
    x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * v i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) /
    sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight)) * (sum m (fun i => weight i * (Xhat (move x h 0) (WeightedMean m (move x h 0) weight)
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i * u i)) / sum m weight -
    sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h
    0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * u i) /
    sum m weight)) + (sum m (fun i => weight i * (dy i * Xhat (move x h 0) (WeightedMean m (move x h 0)
    weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat (move x h 0)
    (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps i) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) / sum m weight - sum m (fun i
    => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)))) + gamma * sum m
    weight * Rstd (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps ^ 2 * ((3 *
    (sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 i2 -
    WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m
    (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) / sum m weight - sum
    m (fun i => weight i * dy i) / sum m weight * (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i =>
    weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 *
    ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum
    m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps) ^ 2)) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x h 0) (WeightedMean m (move x h 0)
    weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i * u i)) / sum m
    weight - sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m
    (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * u i) / sum m weight)) + 3 * (sum m (fun i => weight i * (dy i * Xhat (move x h 0) (WeightedMean m
    (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i)) /
    sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat (move x
    h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps i) / sum m weight)) * (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i)
    / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) -
    (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1
    - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) /
    sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2 * u i2 +
    Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight) eps i2 * 0)) / sum m weight - (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i =>
    weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 *
    ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum
    m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps) ^ 2)) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight) + sum m (fun i => weight i *
    Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight) eps i) / sum m weight * 0))) * (sum m (fun i => weight i * (Xhat (move x h 0)
    (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight) eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m (move
    x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * v i) / sum m weight)) + 3 * (sum m (fun i => weight i * (dy i * Xhat
    (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps i) / sum m weight)) * (sum m (fun i => weight i * (Xhat
    (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean
    m (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) /
    sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i2 => weight i2 * (((h i2 -
    sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 =>
    weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2 * v i2 + Xhat (move x h 0) (WeightedMean m (move x h 0) weight)
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i2 * 0)) / sum m weight -
    (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 i2 -
    WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m
    (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2)) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight) + sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m
    (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum
    m weight * 0)) - ((sum m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy
    i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i2 => weight i2 * (((h
    i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun
    i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2 * v i2 + Xhat (move x h 0) (WeightedMean m (move x h 0) weight)
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i2 * 0)) / sum m weight -
    (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 i2 -
    WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m
    (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2)) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight) + sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m
    (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum
    m weight * 0)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy
    i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i2 => weight i2 * (((h
    i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun
    i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i =>
    weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m
    (move x h 0) weight) weight + eps) ^ 2 * u i2 + Xhat (move x h 0) (WeightedMean m (move x h 0) weight)
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i2 * 0)) / sum m weight -
    (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h 0 i2 -
    WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 - WeightedMean m
    (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0)
    / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps)))) / sqrt
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2)) / sum m weight * (sum
    m (fun i => weight i * u i) / sum m weight) + sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m
    (move x h 0) weight) (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum
    m weight * 0)) + ((sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m
    weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) - (move x h
    0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight i1 * (2 * ((move x h 0 i1 -
    WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum
    m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight +
    eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight + eps) ^ 2))) / sum
    m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i2 => weight i2 * (((h i2 - sum m
    (fun i => weight i * h i) / sum m weight) * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0)
    weight) weight + eps) - (move x h 0 i2 - WeightedMean m (move x h 0) weight) * ((sum m (fun i1 => weight
    i1 * (2 * ((move x h 0 i1 - WeightedMean m (move x h 0) weight) ^ 1 * (h i1 - sum m (fun i => weight i * h
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x
    h 0) weight) weight + eps)))) / sqrt (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight)
    weight + eps) ^ 2)) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) / sum m weight - sum m
    (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) + (sum m (fun
    i => weight i * (dy i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight) (WeightedVar m (move x h 0)
    (WeightedMean m (move x h 0) weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) /
    sum m weight * (sum m (fun i => weight i * Xhat (move x h 0) (WeightedMean m (move x h 0) weight)
    (WeightedVar m (move x h 0) (WeightedMean m (move x h 0) weight) weight) eps i) / sum m weight)) * 0))))).
  { derive. }
  rewrite ?move_0.
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * sum m weight * (2 * (rstd ^ 1 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => weight i1 *
    (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) /
    (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * (3 * (sum m (fun i => weight i * (dy i * Xhat x mean
    var eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i *
    Xhat x mean var eps i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * u i)) / sum
    m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i *
    u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m
    (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight)) - ((sum m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) /
    sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    mean var eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight *
    (sum m (fun i => weight i * v i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m
    weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i =>
    weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) +
    (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i * dy
    i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * (sum m (fun i =>
    weight i * (u i * v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i =>
    weight i * v i) / sum m weight)))) + gamma * sum m weight * rstd ^ 2 * ((3 * (sum m (fun i2 => weight i2 *
    (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) *
    ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) / sum m weight - sum m
    (fun i => weight i * dy i) / sum m weight * (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight
    i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 -
    mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt
    (var + eps)))) / sqrt (var + eps) ^ 2)) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var
    eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m
    (fun i => weight i * u i) / sum m weight)) + 3 * (sum m (fun i => weight i * (dy i * Xhat x mean var eps
    i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x
    mean var eps i) / sum m weight)) * (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i)
    / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^
    1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2 * u i2 + Xhat x mean var eps i2 * 0)) / sum m weight - (sum m (fun i2 =>
    weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) *
    ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)) / sum m weight * (sum m
    (fun i => weight i * u i) / sum m weight) + sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * 0))) * (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i
    => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) +
    3 * (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * (sum m (fun
    i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var
    eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i2 => weight i2 *
    (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m
    (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m
    weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * v i2 + Xhat x mean var
    eps i2 * 0)) / sum m weight - (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) /
    sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1
    * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2)) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight) + sum m
    (fun i => weight i * Xhat x mean var eps i) / sum m weight * 0)) - ((sum m (fun i => weight i * (dy i * u
    i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * u i) /
    sum m weight)) * (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) *
    sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m
    (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var +
    eps) ^ 2 * v i2 + Xhat x mean var eps i2 * 0)) / sum m weight - (sum m (fun i2 => weight i2 * (((h i2 -
    sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 =>
    weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m
    weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)) / sum m weight * (sum m (fun i => weight i
    * v i) / sum m weight) + sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * 0)) + (sum m
    (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i =>
    weight i * h i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 *
    ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 *
    sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * u i2 + Xhat x mean var eps i2 * 0)) / sum m weight - (sum m
    (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x
    i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight) + sum m (fun i => weight i * Xhat x mean var eps
    i) / sum m weight * 0)) + ((sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h
    i) / sum m weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean)
    ^ 1 * (h i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2))) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum
    m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt (var + eps) - (x
    i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h
    i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)) / sum m
    weight)) * (sum m (fun i => weight i * (u i * v i)) / sum m weight - sum m (fun i => weight i * u i) / sum
    m weight * (sum m (fun i => weight i * v i) / sum m weight)) + (sum m (fun i => weight i * (dy i * Xhat x
    mean var eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i =>
    weight i * Xhat x mean var eps i) / sum m weight)) * 0))) = - (gamma * rstd ^ 3 * sum m (fun i => dy i * h
    i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight) + gamma * rstd ^ 3 * sum m (fun i =>
    dy i * h i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight
    ^ 2 - gamma * rstd ^ 3 * sum m (fun i => dy i * u i * weight i) * sum m (fun i => h i * v i * weight i) /
    sum m weight + gamma * rstd ^ 3 * sum m (fun i => dy i * u i * weight i) * sum m (fun i => h i * weight i)
    * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => dy i * v i *
    weight i) * sum m (fun i => h i * u i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => dy i
    * v i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 +
    gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => h i * u i * weight i) * sum m (fun i
    => v i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i
    => h i * v i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m
    (fun i => dy i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => u i * v i * weight i) / sum
    m weight ^ 2 - 3 * gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) *
    sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^
    5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) * sum
    m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean)
    * dy i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => u i * weight i) *
    sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) *
    dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => h i * v i * weight i)
    / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
    => (x i - mean) * u i * weight i) * sum m (fun i => h i * weight i) * sum m (fun i => v i * weight i) /
    sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i
    => (x i - mean) * v i * weight i) * sum m (fun i => h i * u i * weight i) / sum m weight ^ 2 - 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight
    i) * sum m (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * u i * weight i)
    * sum m (fun i => dy i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i
    - mean) * h i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * u i *
    weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * h i * weight i) * sum
    m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => u i *
    weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i * weight i) * sum
    m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * h i * weight i) / sum m weight ^ 2 - 3
    * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i *
    weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => h i * weight i) / sum m weight ^ 3 - 15 *
    gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * h i *
    weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight
    i) / sum m weight ^ 3).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => weight i * h i) = sum m (fun i => h i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (h i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun i => weight i * h i)
    / sum m weight)))) = 2 * sum m (fun i => (x i - mean) * h i * weight i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1 * weight i1) + ((- (2 * sum m (fun i => h i *
      weight i) / sum m weight)) * ((x i1 - mean) * weight i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e8 : sum m (fun i => weight i * (Xhat x mean var eps i * u i)) = rstd * sum m (fun i => (x i - mean)
    * u i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * u i) = sum m (fun i => u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i => weight i * (Xhat x mean var eps i * v i)) = rstd * sum m (fun i => (x i -
    mean) * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e12 : sum m (fun i => weight i * (dy i * u i)) = sum m (fun i => dy i * u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e13 : sum m (fun i => weight i * (dy i * v i)) = sum m (fun i => dy i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e14 : sum m (fun i => weight i * (u i * v i)) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e15 : sum m (fun i2 => weight i2 * (dy i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m
    weight) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h
    i1 - sum m (fun i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2))) = rstd * sum m (fun i => dy i * h i * weight i) - rstd * sum m (fun i => dy i *
    weight i) * sum m (fun i => h i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i * weight i) * sum m (fun i => (x i - mean) * h i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i2 => (rstd) * (dy i2 * h i2 * weight i2) + ((- (rstd * sum m (fun i => h i *
      weight i) / sum m weight)) * (dy i2 * weight i2) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * h i *
      weight i) / sum m weight)) * ((x i2 - mean) * dy i2 * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e16 : sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun
    i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2)) = 0).
  {
    transitivity (sum m (fun i2 => (rstd) * (h i2 * weight i2) + ((- (rstd * sum m (fun i => h i * weight i) /
      sum m weight)) * (weight i2) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * h i * weight i) / sum m
      weight)) * ((x i2 - mean) * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e17 : forall i2, (i2 < m)%nat -> Xhat x mean var eps i2 = (x i2 - mean) * rstd).
  {
    intros i2 Hi2.
    change ((x i2 - mean) / sqrt (var + eps) = (x i2 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e18 : sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun
    i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2 * u i2 + Xhat x mean var eps i2 * 0)) = rstd * sum m (fun i => h i * u i * weight i) - rstd * sum m
    (fun i => h i * weight i) * sum m (fun i => u i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x
    i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i2 => (rstd) * (h i2 * u i2 * weight i2) + ((- (rstd * sum m (fun i => h i *
      weight i) / sum m weight)) * (u i2 * weight i2) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * h i *
      weight i) / sum m weight)) * ((x i2 - mean) * u i2 * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite (e17 i2 Hi2).
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e19 : sum m (fun i2 => weight i2 * (((h i2 - sum m (fun i => weight i * h i) / sum m weight) * sqrt
    (var + eps) - (x i2 - mean) * ((sum m (fun i1 => weight i1 * (2 * ((x i1 - mean) ^ 1 * (h i1 - sum m (fun
    i => weight i * h i) / sum m weight)))) / sum m weight + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2 * v i2 + Xhat x mean var eps i2 * 0)) = rstd * sum m (fun i => h i * v i * weight i) - rstd * sum m
    (fun i => h i * weight i) * sum m (fun i => v i * weight i) / sum m weight - rstd ^ 3 * sum m (fun i => (x
    i - mean) * h i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) / sum m weight).
  {
    transitivity (sum m (fun i2 => (rstd) * (h i2 * v i2 * weight i2) + ((- (rstd * sum m (fun i => h i *
      weight i) / sum m weight)) * (v i2 * weight i2) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * h i *
      weight i) / sum m weight)) * ((x i2 - mean) * v i2 * weight i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite (e17 i2 Hi2).
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e18.
  rewrite e19.
  rewrite e15.
  rewrite e16.
  rewrite e3.
  rewrite e5.
  rewrite e8.
  rewrite e10.
  rewrite e7.
  rewrite e12.
  rewrite e13.
  rewrite e14.
  rewrite e6.
  rewrite e9.
  rewrite e11.
  rewrite e1.
  normal.
Qed.

(** *The third derivative.* The same from the closed form of the Hessian, without going back to the loss. *)
Theorem weighted_70 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (u v w weight x : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  is_derive (fun t : R => gamma * sum m weight * Rstd (WeightedVar m (move x w t) (WeightedMean m (move x w t)
    weight) weight) eps ^ 2 * (3 * (sum m (fun i => weight i * (dy i * Xhat (move x w t) (WeightedMean m (move
    x w t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t) weight) weight) eps i)) / sum m
    weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat (move x w t)
    (WeightedMean m (move x w t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t) weight)
    weight) eps i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x w t) (WeightedMean m (move x w
    t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t) weight) weight) eps i * u i)) / sum m
    weight - sum m (fun i => weight i * Xhat (move x w t) (WeightedMean m (move x w t) weight) (WeightedVar m
    (move x w t) (WeightedMean m (move x w t) weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x w t) (WeightedMean m (move x w t)
    weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t) weight) weight) eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat (move x w t) (WeightedMean m (move x w t) weight) (WeightedVar m
    (move x w t) (WeightedMean m (move x w t) weight) weight) eps i) / sum m weight * (sum m (fun i => weight
    i * v i) / sum m weight)) - ((sum m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i =>
    weight i * dy i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (Xhat (move x w t) (WeightedMean m (move x w t) weight) (WeightedVar m (move x w t)
    (WeightedMean m (move x w t) weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i *
    Xhat (move x w t) (WeightedMean m (move x w t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x
    w t) weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) + (sum m
    (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat (move x w t)
    (WeightedMean m (move x w t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t) weight)
    weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat (move x w t) (WeightedMean m (move
    x w t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t) weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * Xhat
    (move x w t) (WeightedMean m (move x w t) weight) (WeightedVar m (move x w t) (WeightedMean m (move x w t)
    weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * Xhat (move x w t) (WeightedMean m (move x w t) weight) (WeightedVar m (move x w t)
    (WeightedMean m (move x w t) weight) weight) eps i) / sum m weight)) * (sum m (fun i => weight i * (u i *
    v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) /
    sum m weight))))) 0
  (3 * gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * ((sum m (fun i
    => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun
    i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) + (sum m (fun i =>
    weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * u i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i =>
    weight i * (dy i * w i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i
    => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight))) + 3 * gamma * sum m
    weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * (sum m (fun i => weight i * (dy
    i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) / sum m
    weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight)) *
    ((sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * u
    i) / sum m weight)) * (sum m (fun i => weight i * (v i * w i)) / sum m weight - sum m (fun i => weight i *
    v i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) + (sum m (fun i => weight i *
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i
    => weight i * (w i * u i)) / sum m weight - sum m (fun i => weight i * w i) / sum m weight * (sum m (fun i
    => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight - sum m (fun i => weight i
    * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) /
    sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight))) - gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 3 * ((sum
    m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight *
    (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (v i * w i)) / sum m
    weight - sum m (fun i => weight i * v i) / sum m weight * (sum m (fun i => weight i * w i) / sum m
    weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i * dy i) /
    sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (w i * u
    i)) / sum m weight - sum m (fun i => weight i * w i) / sum m weight * (sum m (fun i => weight i * u i) /
    sum m weight)) + (sum m (fun i => weight i * (dy i * w i)) / sum m weight - sum m (fun i => weight i * dy
    i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (u i *
    v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) /
    sum m weight))) - 15 * gamma * sum m weight * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps
    ^ 3 * (sum m (fun i => weight i * (dy i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun
    i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)
    / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) / sum m weight * (sum
    m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * v i)) / sum m weight - sum m (fun i =>
    weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i) /
    sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i * w i)) / sum m weight
    - sum m (fun i => weight i * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight))).
Proof.
  intros m dy eps gamma u v w weight x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (weighted_moments m x weight divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := WeightedMean m x weight) in *.
  set (var := WeightedVar m x mean weight) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => weight i * (dy i * u i)) = sum m (fun i => dy i * u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => weight i * dy i) = sum m (fun i => dy i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => weight i * u i) = sum m (fun i => u i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e5 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e4.
    normal.
  }
  assert (e6 : sum m (fun i => weight i * (Xhat x mean var eps i * v i)) = rstd * sum m (fun i => (x i - mean)
    * v i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => weight i * Xhat x mean var eps i) = 0).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e8 : sum m (fun i => weight i * v i) = sum m (fun i => v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * (Xhat x mean var eps i * w i)) = rstd * sum m (fun i => (x i - mean)
    * w i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i => weight i * w i) = sum m (fun i => w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e11 : sum m (fun i => weight i * (dy i * v i)) = sum m (fun i => dy i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e12 : sum m (fun i => weight i * (Xhat x mean var eps i * u i)) = rstd * sum m (fun i => (x i -
    mean) * u i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e13 : sum m (fun i => weight i * (dy i * w i)) = sum m (fun i => dy i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e14 : sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) = rstd * sum m (fun i => (x i -
    mean) * dy i * weight i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e15 : sum m (fun i => weight i * (v i * w i)) = sum m (fun i => v i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e16 : sum m (fun i => weight i * (w i * u i)) = sum m (fun i => u i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e17 : sum m (fun i => weight i * (u i * v i)) = sum m (fun i => u i * v i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e18 : sum m (fun i => w i * v i * weight i) = sum m (fun i => v i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e19 : sum m (fun i => w i * u i * weight i) = sum m (fun i => u i * w i * weight i)).
  {
    transitivity (sum m (fun i => (1) * (u i * w i * weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_24 m dy eps gamma w u v weight x size divisor Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => dy i * w i * weight i) * sum m (fun i => u i * v i * weight i)
    / sum m weight) + gamma * rstd ^ 3 * sum m (fun i => dy i * w i * weight i) * sum m (fun i => u i * weight
    i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 - gamma * rstd ^ 3 * sum m (fun i => dy i * u i *
    weight i) * sum m (fun i => w i * v i * weight i) / sum m weight + gamma * rstd ^ 3 * sum m (fun i => dy i
    * u i * weight i) * sum m (fun i => w i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 -
    gamma * rstd ^ 3 * sum m (fun i => dy i * v i * weight i) * sum m (fun i => w i * u i * weight i) / sum m
    weight + gamma * rstd ^ 3 * sum m (fun i => dy i * v i * weight i) * sum m (fun i => w i * weight i) * sum
    m (fun i => u i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum
    m (fun i => w i * u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 2 + gamma * rstd ^ 3
    * sum m (fun i => dy i * weight i) * sum m (fun i => w i * v i * weight i) * sum m (fun i => u i * weight
    i) / sum m weight ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * weight i) * sum m (fun i => w i * weight
    i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 3 * sum m (fun i => dy
    i * weight i) * sum m (fun i => w i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i *
    weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) *
    sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => u i * v i * weight i) / sum m weight ^ 2
    - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) *
    w i * weight i) * sum m (fun i => u i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3
    * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i
    * weight i) * sum m (fun i => w i * v i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun
    i => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => w
    i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i
    => (x i - mean) * dy i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => w i
    * u i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i * weight
    i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => w i * weight i) * sum m (fun i => u
    i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i * weight i) *
    sum m (fun i => (x i - mean) * u i * weight i) * sum m (fun i => dy i * v i * weight i) / sum m weight ^ 2
    - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * u
    i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => v i * weight i) / sum m weight ^ 3 + 3
    * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * v i *
    weight i) * sum m (fun i => dy i * u i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun
    i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy
    i * weight i) * sum m (fun i => u i * weight i) / sum m weight ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i
    => (x i - mean) * u i * weight i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i
    * w i * weight i) / sum m weight ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i * weight
    i) * sum m (fun i => (x i - mean) * v i * weight i) * sum m (fun i => dy i * weight i) * sum m (fun i => w
    i * weight i) / sum m weight ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i * weight i)
    * sum m (fun i => (x i - mean) * w i * weight i) * sum m (fun i => (x i - mean) * u i * weight i) * sum m
    (fun i => (x i - mean) * v i * weight i) / sum m weight ^ 3 = 3 * gamma * sum m weight * rstd ^ 3 * ((sum
    m (fun i => weight i * (dy i * u i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m weight *
    (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * v
    i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i =>
    weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * w i)) / sum m
    weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * w
    i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x mean var eps i * w i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var
    eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m
    (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * w i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum
    m (fun i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x
    mean var eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (Xhat x mean var eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps
    i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight))) + 3 * gamma * sum m weight * rstd ^
    3 * (sum m (fun i => weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i
    * dy i) / sum m weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * ((sum m
    (fun i => weight i * (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x
    mean var eps i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i =>
    weight i * (v i * w i)) / sum m weight - sum m (fun i => weight i * v i) / sum m weight * (sum m (fun i =>
    weight i * w i) / sum m weight)) + (sum m (fun i => weight i * (Xhat x mean var eps i * v i)) / sum m
    weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight i * v
    i) / sum m weight)) * (sum m (fun i => weight i * (w i * u i)) / sum m weight - sum m (fun i => weight i *
    w i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i *
    (Xhat x mean var eps i * w i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum m (fun i => weight i * (u i * v i)) /
    sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum m (fun i => weight i * v i) / sum m
    weight))) - gamma * sum m weight * rstd ^ 3 * ((sum m (fun i => weight i * (dy i * u i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum
    m (fun i => weight i * (v i * w i)) / sum m weight - sum m (fun i => weight i * v i) / sum m weight * (sum
    m (fun i => weight i * w i) / sum m weight)) + (sum m (fun i => weight i * (dy i * v i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * v i) / sum m weight)) * (sum
    m (fun i => weight i * (w i * u i)) / sum m weight - sum m (fun i => weight i * w i) / sum m weight * (sum
    m (fun i => weight i * u i) / sum m weight)) + (sum m (fun i => weight i * (dy i * w i)) / sum m weight -
    sum m (fun i => weight i * dy i) / sum m weight * (sum m (fun i => weight i * w i) / sum m weight)) * (sum
    m (fun i => weight i * (u i * v i)) / sum m weight - sum m (fun i => weight i * u i) / sum m weight * (sum
    m (fun i => weight i * v i) / sum m weight))) - 15 * gamma * sum m weight * rstd ^ 3 * (sum m (fun i =>
    weight i * (dy i * Xhat x mean var eps i)) / sum m weight - sum m (fun i => weight i * dy i) / sum m
    weight * (sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight)) * (sum m (fun i => weight i *
    (Xhat x mean var eps i * u i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m
    weight * (sum m (fun i => weight i * u i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var
    eps i * v i)) / sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m
    (fun i => weight i * v i) / sum m weight)) * (sum m (fun i => weight i * (Xhat x mean var eps i * w i)) /
    sum m weight - sum m (fun i => weight i * Xhat x mean var eps i) / sum m weight * (sum m (fun i => weight
    i * w i) / sum m weight))).
  rewrite e14.
  rewrite e12.
  rewrite e6.
  rewrite e9.
  rewrite e7.
  rewrite e1.
  rewrite e11.
  rewrite e13.
  rewrite e17.
  rewrite e15.
  rewrite e16.
  rewrite e19.
  rewrite e18.
  rewrite e2.
  rewrite e3.
  rewrite e8.
  rewrite e10.
  normal.
Qed.

(** *Learning gamma and beta.* So the loss, a polynomial of second degree, decreases by this. *)
Theorem weighted_71 :
  forall (m : nat) (beta c eps gamma : R) (weight x z : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  sum m (fun i => weight i * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma beta i - z i) ^ 2) / 2 - sum m (fun i1 => weight i1 * (Y (Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) (gamma - c * sum m (fun i => weight i *
    ((Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta i
    - z i) * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)))
    (beta - c * sum m (fun i => weight i * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps) gamma beta i - z i))) i1 - z i1) ^ 2) / 2 =
  c * (1 - c * sum m weight / 2) * (sum m (fun i => weight i * ((Y (Xhat x (WeightedMean m x weight)
    (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta i - z i) * Xhat x (WeightedMean m x
    weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i)) ^ 2 + sum m (fun i => weight i * (Y
    (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta i - z
    i)) ^ 2) + c ^ 2 * sum m weight * eps * Rstd (WeightedVar m x (WeightedMean m x weight) weight) eps ^ 2 *
    sum m (fun i => weight i * ((Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x
    weight) weight) eps) gamma beta i - z i) * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean
    m x weight) weight) eps i)) ^ 2 / 2.
Proof.
  intros m beta c eps gamma weight x z Hm divisor Hroot.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) = - (2 * beta *
    sum m (fun i => weight i * z i)) + beta ^ 2 * sum m weight - 2 * gamma * rstd * sum m (fun i => (x i -
    mean) * weight i * z i) + gamma ^ 2 * rstd ^ 2 * var * sum m weight + sum m (fun i => weight i * z i ^
    2)).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + ((2 * beta * gamma
      * rstd) * ((x i - mean) * weight i) + ((- (2 * gamma * rstd)) * ((x i - mean) * weight i * z i) + ((beta
      ^ 2) * (weight i) + ((- (2 * beta)) * (weight i * z i) + ((1) * (weight i * z i ^ 2) + (0)))))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e5 : sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps
    i)) = gamma * rstd ^ 2 * var * sum m weight - rstd * sum m (fun i => (x i - mean) * weight i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + ((beta * rstd) * ((x i
      - mean) * weight i) + ((- rstd) * ((x i - mean) * weight i * z i) + (0))))).
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
  assert (e7 : sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i)) = beta * sum m weight
    - sum m (fun i => weight i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * ((x i - mean) * weight i) + ((beta) * (weight i) + ((- 1) *
      (weight i * z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e8 : forall i1, (i1 < m)%nat -> Y (Xhat x mean var eps) (gamma - c * sum m (fun i => weight i * ((Y
    (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i))) (beta - c * sum m (fun i => weight i
    * (Y (Xhat x mean var eps) gamma beta i - z i))) i1 = - ((x i1 - mean) * c * gamma * rstd ^ 3 * var * sum
    m weight) + (x i1 - mean) * c * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) + (x i1 - mean)
    * gamma * rstd - beta * c * sum m weight + beta + c * sum m (fun i => weight i * z i)).
  {
    intros i1 Hi1.
    change ((gamma - c * sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x
      mean var eps i))) * Xhat x mean var eps i1 + (beta - c * sum m (fun i => weight i * (Y (Xhat x mean var
      eps) gamma beta i - z i))) = - ((x i1 - mean) * c * gamma * rstd ^ 3 * var * sum m weight) + (x i1 -
      mean) * c * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) + (x i1 - mean) * gamma * rstd -
      beta * c * sum m weight + beta + c * sum m (fun i => weight i * z i)).
    rewrite e5.
    rewrite e7.
    rewrite (e6 i1 Hi1).
    normal.
  }
  assert (e9 : sum m (fun i1 => weight i1 * (Y (Xhat x mean var eps) (gamma - c * sum m (fun i => weight i *
    ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i))) (beta - c * sum m (fun i =>
    weight i * (Y (Xhat x mean var eps) gamma beta i - z i))) i1 - z i1) ^ 2) = 4 * beta * c * sum m (fun i =>
    weight i * z i) * sum m weight - 2 * beta * c ^ 2 * sum m (fun i => weight i * z i) * sum m weight ^ 2 - 2
    * beta * sum m (fun i => weight i * z i) - 2 * beta ^ 2 * c * sum m weight ^ 2 + beta ^ 2 * c ^ 2 * sum m
    weight ^ 3 + beta ^ 2 * sum m weight + 4 * c * gamma * rstd ^ 3 * var * sum m (fun i => (x i - mean) *
    weight i * z i) * sum m weight - 2 * c * gamma ^ 2 * rstd ^ 4 * var ^ 2 * sum m weight ^ 2 - 2 * c * rstd
    ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) ^ 2 - 2 * c * sum m (fun i => weight i * z i) ^ 2 - 2
    * c ^ 2 * gamma * rstd ^ 5 * var ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) * sum m weight ^ 2 +
    c ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^ 3 * sum m weight ^ 3 + c ^ 2 * rstd ^ 4 * var * sum m (fun i => (x i
    - mean) * weight i * z i) ^ 2 * sum m weight + c ^ 2 * sum m (fun i => weight i * z i) ^ 2 * sum m weight
    - 2 * gamma * rstd * sum m (fun i => (x i - mean) * weight i * z i) + gamma ^ 2 * rstd ^ 2 * var * sum m
    weight + sum m (fun i => weight i * z i ^ 2)).
  {
    transitivity (sum m (fun i1 => (2 * c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * weight i * z i)
      - 2 * c * gamma ^ 2 * rstd ^ 4 * var * sum m weight - 2 * c ^ 2 * gamma * rstd ^ 5 * var * sum m (fun i
      => (x i - mean) * weight i * z i) * sum m weight + c ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^ 2 * sum m weight
      ^ 2 + c ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * weight i * z i) ^ 2 + gamma ^ 2 * rstd ^ 2) *
      ((x i1 - mean) ^ 2 * weight i1) + ((- (2 * beta * c * gamma * rstd * sum m weight) - 2 * beta * c *
      gamma * rstd ^ 3 * var * sum m weight + 2 * beta * c * rstd ^ 2 * sum m (fun i => (x i - mean) * weight
      i * z i) + 2 * beta * c ^ 2 * gamma * rstd ^ 3 * var * sum m weight ^ 2 - 2 * beta * c ^ 2 * rstd ^ 2 *
      sum m (fun i => (x i - mean) * weight i * z i) * sum m weight + 2 * beta * gamma * rstd + 2 * c * gamma
      * rstd * sum m (fun i => weight i * z i) - 2 * c ^ 2 * gamma * rstd ^ 3 * var * sum m (fun i => weight i
      * z i) * sum m weight + 2 * c ^ 2 * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) * sum m
      (fun i => weight i * z i)) * ((x i1 - mean) * weight i1) + ((2 * c * gamma * rstd ^ 3 * var * sum m
      weight - 2 * c * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) - 2 * gamma * rstd) * ((x i1
      - mean) * weight i1 * z i1) + ((2 * beta * c * sum m (fun i => weight i * z i) - 2 * beta * c ^ 2 * sum
      m (fun i => weight i * z i) * sum m weight - 2 * beta ^ 2 * c * sum m weight + beta ^ 2 * c ^ 2 * sum m
      weight ^ 2 + beta ^ 2 + c ^ 2 * sum m (fun i => weight i * z i) ^ 2) * (weight i1) + ((2 * beta * c *
      sum m weight - 2 * beta - 2 * c * sum m (fun i => weight i * z i)) * (weight i1 * z i1) + ((1) * (weight
      i1 * z i1 ^ 2) + (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e8 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  change (sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) / 2 - sum m (fun i1 =>
    weight i1 * (Y (Xhat x mean var eps) (gamma - c * sum m (fun i => weight i * ((Y (Xhat x mean var eps)
    gamma beta i - z i) * Xhat x mean var eps i))) (beta - c * sum m (fun i => weight i * (Y (Xhat x mean var
    eps) gamma beta i - z i))) i1 - z i1) ^ 2) / 2 = c * (1 - c * sum m weight / 2) * (sum m (fun i => weight
    i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i)) ^ 2 + sum m (fun i => weight i
    * (Y (Xhat x mean var eps) gamma beta i - z i)) ^ 2) + c ^ 2 * sum m weight * eps * rstd ^ 2 * sum m (fun
    i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i)) ^ 2 / 2).
  rewrite e9.
  rewrite e5.
  rewrite e4.
  rewrite e7.
  normal.
Qed.

(** *Learning gamma and beta.* Every step size above 0 and up to $2/m$ is $2/(m (1 + e))$ for some $e \ge 0$.
  For none of them does the loss increase. *)
Theorem weighted_72 :
  forall (m : nat) (beta e eps gamma : R) (weight x z : nat -> R),
  (1 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 <= e ->
  0 <= eps ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  sum m (fun i1 => weight i1 * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) (gamma - 2 / (sum m weight * (1 + e)) * sum m (fun i => weight i * ((Y (Xhat x (WeightedMean
    m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps) gamma beta i - z i) * Xhat x
    (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps i))) (beta - 2 / (sum m
    weight * (1 + e)) * sum m (fun i => weight i * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x
    (WeightedMean m x weight) weight) eps) gamma beta i - z i))) i1 - z i1) ^ 2) / 2 <=
  sum m (fun i => weight i * (Y (Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight)
    weight) eps) gamma beta i - z i) ^ 2) / 2.
Proof.
  intros m beta e eps gamma weight x z Hm divisor Hroot e_nonnegative eps_nonnegative weight_nonnegative.
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
  assert (e3 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e2 i Hi).
    normal.
  }
  assert (e4 : sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps
    i)) = gamma * rstd ^ 2 * var * sum m weight - rstd * sum m (fun i => (x i - mean) * weight i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + ((beta * rstd) * ((x i
      - mean) * weight i) + ((- rstd) * ((x i - mean) * weight i * z i) + (0))))).
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
  assert (e6 : sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i)) = beta * sum m weight
    - sum m (fun i => weight i * z i)).
  {
    transitivity (sum m (fun i => (gamma * rstd) * ((x i - mean) * weight i) + ((beta) * (weight i) + ((- 1) *
      (weight i * z i) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e7 : forall i1, (i1 < m)%nat -> Y (Xhat x mean var eps) (gamma - 2 / (sum m weight * (1 + e)) * sum
    m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i))) (beta - 2
    / (sum m weight * (1 + e)) * sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i))) i1
    = - (2 * (x i1 - mean) * (1 / (sum m weight * (1 + e))) * gamma * rstd ^ 3 * var * sum m weight) + 2 * (x
    i1 - mean) * (1 / (sum m weight * (1 + e))) * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) +
    (x i1 - mean) * gamma * rstd - 2 * (1 / (sum m weight * (1 + e))) * beta * sum m weight + 2 * (1 / (sum m
    weight * (1 + e))) * sum m (fun i => weight i * z i) + beta).
  {
    intros i1 Hi1.
    change ((gamma - 2 / (sum m weight * (1 + e)) * sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma
      beta i - z i) * Xhat x mean var eps i))) * Xhat x mean var eps i1 + (beta - 2 / (sum m weight * (1 + e))
      * sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i))) = - (2 * (x i1 - mean) * (1
      / (sum m weight * (1 + e))) * gamma * rstd ^ 3 * var * sum m weight) + 2 * (x i1 - mean) * (1 / (sum m
      weight * (1 + e))) * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) + (x i1 - mean) * gamma *
      rstd - 2 * (1 / (sum m weight * (1 + e))) * beta * sum m weight + 2 * (1 / (sum m weight * (1 + e))) *
      sum m (fun i => weight i * z i) + beta).
    rewrite e4.
    rewrite e6.
    rewrite (e5 i1 Hi1).
    normal.
  }
  assert (e8 : sum m (fun i1 => weight i1 * (Y (Xhat x mean var eps) (gamma - 2 / (sum m weight * (1 + e)) *
    sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i))) (beta
    - 2 / (sum m weight * (1 + e)) * sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i)))
    i1 - z i1) ^ 2) = 8 * (1 / (sum m weight * (1 + e))) * beta * sum m (fun i => weight i * z i) * sum m
    weight - 4 * (1 / (sum m weight * (1 + e))) * beta ^ 2 * sum m weight ^ 2 + 8 * (1 / (sum m weight * (1 +
    e))) * gamma * rstd ^ 3 * var * sum m (fun i => (x i - mean) * weight i * z i) * sum m weight - 4 * (1 /
    (sum m weight * (1 + e))) * gamma ^ 2 * rstd ^ 4 * var ^ 2 * sum m weight ^ 2 - 4 * (1 / (sum m weight *
    (1 + e))) * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i) ^ 2 - 4 * (1 / (sum m weight * (1 +
    e))) * sum m (fun i => weight i * z i) ^ 2 - 8 * (1 / (sum m weight * (1 + e))) ^ 2 * beta * sum m (fun i
    => weight i * z i) * sum m weight ^ 2 + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * beta ^ 2 * sum m weight ^
    3 - 8 * (1 / (sum m weight * (1 + e))) ^ 2 * gamma * rstd ^ 5 * var ^ 2 * sum m (fun i => (x i - mean) *
    weight i * z i) * sum m weight ^ 2 + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^
    3 * sum m weight ^ 3 + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * rstd ^ 4 * var * sum m (fun i => (x i -
    mean) * weight i * z i) ^ 2 * sum m weight + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * sum m (fun i =>
    weight i * z i) ^ 2 * sum m weight - 2 * beta * sum m (fun i => weight i * z i) + beta ^ 2 * sum m weight
    - 2 * gamma * rstd * sum m (fun i => (x i - mean) * weight i * z i) + gamma ^ 2 * rstd ^ 2 * var * sum m
    weight + sum m (fun i => weight i * z i ^ 2)).
  {
    transitivity (sum m (fun i1 => (4 * (1 / (sum m weight * (1 + e))) * gamma * rstd ^ 3 * sum m (fun i => (x
      i - mean) * weight i * z i) - 4 * (1 / (sum m weight * (1 + e))) * gamma ^ 2 * rstd ^ 4 * var * sum m
      weight - 8 * (1 / (sum m weight * (1 + e))) ^ 2 * gamma * rstd ^ 5 * var * sum m (fun i => (x i - mean)
      * weight i * z i) * sum m weight + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * gamma ^ 2 * rstd ^ 6 * var ^
      2 * sum m weight ^ 2 + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean)
      * weight i * z i) ^ 2 + gamma ^ 2 * rstd ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + ((- (4 * (1 / (sum m
      weight * (1 + e))) * beta * gamma * rstd * sum m weight) - 4 * (1 / (sum m weight * (1 + e))) * beta *
      gamma * rstd ^ 3 * var * sum m weight + 4 * (1 / (sum m weight * (1 + e))) * beta * rstd ^ 2 * sum m
      (fun i => (x i - mean) * weight i * z i) + 4 * (1 / (sum m weight * (1 + e))) * gamma * rstd * sum m
      (fun i => weight i * z i) + 8 * (1 / (sum m weight * (1 + e))) ^ 2 * beta * gamma * rstd ^ 3 * var * sum
      m weight ^ 2 - 8 * (1 / (sum m weight * (1 + e))) ^ 2 * beta * rstd ^ 2 * sum m (fun i => (x i - mean) *
      weight i * z i) * sum m weight - 8 * (1 / (sum m weight * (1 + e))) ^ 2 * gamma * rstd ^ 3 * var * sum m
      (fun i => weight i * z i) * sum m weight + 8 * (1 / (sum m weight * (1 + e))) ^ 2 * rstd ^ 2 * sum m
      (fun i => (x i - mean) * weight i * z i) * sum m (fun i => weight i * z i) + 2 * beta * gamma * rstd) *
      ((x i1 - mean) * weight i1) + ((4 * (1 / (sum m weight * (1 + e))) * gamma * rstd ^ 3 * var * sum m
      weight - 4 * (1 / (sum m weight * (1 + e))) * rstd ^ 2 * sum m (fun i => (x i - mean) * weight i * z i)
      - 2 * gamma * rstd) * ((x i1 - mean) * weight i1 * z i1) + ((4 * (1 / (sum m weight * (1 + e))) * beta *
      sum m (fun i => weight i * z i) - 4 * (1 / (sum m weight * (1 + e))) * beta ^ 2 * sum m weight - 8 * (1
      / (sum m weight * (1 + e))) ^ 2 * beta * sum m (fun i => weight i * z i) * sum m weight + 4 * (1 / (sum
      m weight * (1 + e))) ^ 2 * beta ^ 2 * sum m weight ^ 2 + 4 * (1 / (sum m weight * (1 + e))) ^ 2 * sum m
      (fun i => weight i * z i) ^ 2 + beta ^ 2) * (weight i1) + ((4 * (1 / (sum m weight * (1 + e))) * beta *
      sum m weight - 4 * (1 / (sum m weight * (1 + e))) * sum m (fun i => weight i * z i) - 2 * beta) *
      (weight i1 * z i1) + ((1) * (weight i1 * z i1 ^ 2) + (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e7 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e9 : sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) = - (2 * beta *
    sum m (fun i => weight i * z i)) + beta ^ 2 * sum m weight - 2 * gamma * rstd * sum m (fun i => (x i -
    mean) * weight i * z i) + gamma ^ 2 * rstd ^ 2 * var * sum m weight + sum m (fun i => weight i * z i ^
    2)).
  {
    transitivity (sum m (fun i => (gamma ^ 2 * rstd ^ 2) * ((x i - mean) ^ 2 * weight i) + ((2 * beta * gamma
      * rstd) * ((x i - mean) * weight i) + ((- (2 * gamma * rstd)) * ((x i - mean) * weight i * z i) + ((beta
      ^ 2) * (weight i) + ((- (2 * beta)) * (weight i * z i) + ((1) * (weight i * z i ^ 2) + (0)))))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  apply (is_less _ _ (2 * e * (sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat
    x mean var eps i)) ^ 2 + sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i)) ^ 2) /
    (sum m weight * (1 + e) ^ 2) + 2 * eps * rstd ^ 2 * sum m (fun i => weight i * ((Y (Xhat x mean var eps)
    gamma beta i - z i) * Xhat x mean var eps i)) ^ 2 / (sum m weight * (1 + e) ^ 2))).
  { change (sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i) ^ 2) / 2 - sum m (fun i1
    => weight i1 * (Y (Xhat x mean var eps) (gamma - 2 / (sum m weight * (1 + e)) * sum m (fun i => weight i *
    ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i))) (beta - 2 / (sum m weight * (1 +
    e)) * sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i))) i1 - z i1) ^ 2) / 2 = 2 *
    e * (sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) * Xhat x mean var eps i)) ^
    2 + sum m (fun i => weight i * (Y (Xhat x mean var eps) gamma beta i - z i)) ^ 2) / (sum m weight * (1 +
    e) ^ 2) + 2 * eps * rstd ^ 2 * sum m (fun i => weight i * ((Y (Xhat x mean var eps) gamma beta i - z i) *
    Xhat x mean var eps i)) ^ 2 / (sum m weight * (1 + e) ^ 2)).
    rewrite e8.
    rewrite e4.
    rewrite e9.
    rewrite e6.
    normal.
  }
  nonnegative.
Qed.

(** *The standardised batch.* The bound of an element, as its weight has it; $m - w_j$ is the sum of the other
  weights, of which one at least is not 0. *)
Theorem weighted_73 :
  forall (m : nat) (eps : R) (weight x : nat -> R) (j : nat),
  (2 <= m)%nat ->
  0 < sum m weight ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  0 <= eps ->
  (forall i, (i < m)%nat -> 0 <= weight i) ->
  0 < sum m weight - weight j ->
  (j < m)%nat ->
  weight j * Xhat x (WeightedMean m x weight) (WeightedVar m x (WeightedMean m x weight) weight) eps j ^ 2 <=
  sum m weight - weight j.
Proof.
  intros m eps weight x j Hm divisor Hroot eps_nonnegative weight_nonnegative others_positive Hj.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (le_INR _ _ Hm) as least; simpl in least.
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
  assert (e2 : Xhat x mean var eps j = (x j - mean) * rstd).
  {
    change ((x j - mean) / sqrt (var + eps) = (x j - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i => weight i * 1) = sum m weight).
  {
    transitivity (sum m (fun i => (1) * (weight i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : others m j (fun i => weight i * 1) = - weight j + sum m weight).
  {
    rewrite (others_is m j _ Hj).
    change (sum m (fun i => weight i * 1) - weight j * 1 = - weight j + sum m weight).
    rewrite e3.
    normal.
  }
  assert (e5 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e6 : sum m (fun i1 => weight i1 * (Xhat x mean var eps i1 + weight j * Xhat x mean var eps j /
    others m j (fun i => weight i * 1)) ^ 2) = (x j - mean) ^ 2 * weight j ^ 2 * (1 / others m j (fun i =>
    weight i * 1)) ^ 2 * rstd ^ 2 * sum m weight + rstd ^ 2 * var * sum m weight).
  {
    transitivity (sum m (fun i1 => (rstd ^ 2) * ((x i1 - mean) ^ 2 * weight i1) + ((2 * (x j - mean) * weight
      j * (1 / others m j (fun i => weight i * 1)) * rstd ^ 2) * ((x i1 - mean) * weight i1) + (((x j - mean)
      ^ 2 * weight j ^ 2 * (1 / others m j (fun i => weight i * 1)) ^ 2 * rstd ^ 2) * (weight i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e4.
      rewrite (e5 i1 Hi1).
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e7 : others m j (fun i1 => weight i1 * (Xhat x mean var eps i1 + weight j * Xhat x mean var eps j /
    others m j (fun i => weight i * 1)) ^ 2) = - ((x j - mean) ^ 2 * weight j * rstd ^ 2) - 2 * (x j - mean) ^
    2 * weight j ^ 2 * (1 / others m j (fun i => weight i * 1)) * rstd ^ 2 + (x j - mean) ^ 2 * weight j ^ 2 *
    (1 / others m j (fun i => weight i * 1)) ^ 2 * rstd ^ 2 * sum m weight - (x j - mean) ^ 2 * weight j ^ 3 *
    (1 / others m j (fun i => weight i * 1)) ^ 2 * rstd ^ 2 + rstd ^ 2 * var * sum m weight).
  {
    rewrite (others_is m j _ Hj).
    change (sum m (fun i1 => weight i1 * (Xhat x mean var eps i1 + weight j * Xhat x mean var eps j / others m
      j (fun i => weight i * 1)) ^ 2) - weight j * (Xhat x mean var eps j + weight j * Xhat x mean var eps j /
      others m j (fun i => weight i * 1)) ^ 2 = - ((x j - mean) ^ 2 * weight j * rstd ^ 2) - 2 * (x j - mean)
      ^ 2 * weight j ^ 2 * (1 / others m j (fun i => weight i * 1)) * rstd ^ 2 + (x j - mean) ^ 2 * weight j ^
      2 * (1 / others m j (fun i => weight i * 1)) ^ 2 * rstd ^ 2 * sum m weight - (x j - mean) ^ 2 * weight j
      ^ 3 * (1 / others m j (fun i => weight i * 1)) ^ 2 * rstd ^ 2 + rstd ^ 2 * var * sum m weight).
    rewrite e6.
    rewrite e4.
    rewrite e2.
    normal.
  }
  apply (is_less _ _ (others m j (fun i => weight i * 1) * eps * rstd ^ 2 + others m j (fun i => weight i * 1)
    * others m j (fun i1 => weight i1 * (Xhat x mean var eps i1 + weight j * Xhat x mean var eps j / others m
    j (fun i => weight i * 1)) ^ 2) / sum m weight)).
  { change (sum m weight - weight j - weight j * Xhat x mean var eps j ^ 2 = others m j (fun i => weight i *
    1) * eps * rstd ^ 2 + others m j (fun i => weight i * 1) * others m j (fun i1 => weight i1 * (Xhat x mean
    var eps i1 + weight j * Xhat x mean var eps j / others m j (fun i => weight i * 1)) ^ 2) / sum m weight).
    rewrite e7.
    rewrite e4.
    rewrite e2.
    normal.
  }
  nonnegative.
Qed.

(** All of it *)
Definition weighted := (conj weighted_1 (conj weighted_2 (conj weighted_3 (conj weighted_4 (conj weighted_5
  (conj weighted_6 (conj weighted_7 (conj weighted_8 (conj weighted_9 (conj weighted_10 (conj weighted_11
  (conj weighted_12 (conj weighted_13 (conj weighted_14 (conj weighted_15 (conj weighted_16 (conj weighted_17
  (conj weighted_18 (conj weighted_19 (conj weighted_20 (conj weighted_21 (conj weighted_22 (conj weighted_23
  (conj weighted_24 (conj weighted_25 (conj weighted_26 (conj weighted_27 (conj weighted_28 (conj weighted_29
  (conj weighted_30 (conj weighted_31 (conj weighted_32 (conj weighted_33 (conj weighted_34 (conj weighted_35
  (conj weighted_36 (conj weighted_37 (conj weighted_38 (conj weighted_39 (conj weighted_40 (conj weighted_41
  (conj weighted_42 (conj weighted_43 (conj weighted_44 (conj weighted_45 (conj weighted_46 (conj weighted_47
  (conj weighted_48 (conj weighted_49 (conj weighted_50 (conj weighted_51 (conj weighted_52 (conj weighted_53
  (conj weighted_54 (conj weighted_55 (conj weighted_56 (conj weighted_57 (conj weighted_58 (conj weighted_59
  (conj weighted_60 (conj weighted_61 (conj weighted_62 (conj weighted_63 (conj weighted_64 (conj weighted_65
  (conj weighted_66 (conj weighted_67 (conj weighted_68 (conj weighted_69 (conj weighted_70 (conj weighted_71
  (conj weighted_72 weighted_73)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))).
