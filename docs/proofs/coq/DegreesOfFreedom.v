(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The variance divided by m - d *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** The variance of this page. *)
Theorem degrees_of_freedom_1 :
  forall (m : nat) (d : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  CorrectedVar m x (Mean m x) d * (INR m - d) =
  sum m (fun i => (x i - Mean m x) ^ 2).
Proof.
  intros m d x Hm divisor.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  assert (e1 : sum m (fun i => (x i - mean) ^ 2) = - (d * var) + var * INR m).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (var * (INR m - d) = sum m (fun i => (x i - mean) ^ 2)).
  rewrite e1.
  normal.
Qed.

(** The sum of squares of the standardised batch: $m - d$ in the place of $m$. *)
Theorem degrees_of_freedom_2 :
  forall (m : nat) (d eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  sum m (fun i => Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i ^ 2) =
  (INR m - d) * CorrectedVar m x (Mean m x) d / (CorrectedVar m x (Mean m x) d + eps).
Proof.
  intros m d eps x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = - (d * rstd ^ 2 * var) + rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => Xhat x mean var eps i ^ 2) = (INR m - d) * var / (var + eps)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_1 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (CorrectedVar m (move x (unit k) t) (Mean m (move x (unit k) t)) d) eps) gamma beta i)) 0
  (- ((x k - Mean m x) * (1 / (INR m - d)) * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 3 * sum m (fun
    i => (x i - Mean m x) * dy i)) + dy k * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps - gamma * Rstd
    (CorrectedVar m x (Mean m x) d) eps * sum m dy / INR m).
Proof.
  intros m beta d dy eps gamma x k size divisor Hroot Hk.
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt
    (CorrectedVar m (move x (unit k) 0) (Mean m (move x (unit k) 0)) d + eps) - (move x (unit k) 0 i2 - Mean m
    (move x (unit k) 0)) * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 *
    (unit k i1 - sum m (unit k) / INR m))) / (INR m - d) + 0) / (2 * sqrt (CorrectedVar m (move x (unit k) 0)
    (Mean m (move x (unit k) 0)) d + eps)))) / sqrt (CorrectedVar m (move x (unit k) 0) (Mean m (move x (unit
    k) 0)) d + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) - (x i2
    - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / (INR m - d)
    + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * (1 / (INR m - d)) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)) + dy k * gamma * rstd - gamma * rstd * sum m dy /
    INR m).
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
    (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / (INR
    m - d) + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0)) = - ((x k - mean) * (1 / (INR m - d))
    * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)) + dy k * gamma * rstd - gamma * rstd * sum m dy
    / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * unit k i2) + ((- (gamma * rstd / INR m)) * (dy
      i2) + ((- ((x k - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3)) * ((x i2 - mean) * dy i2) + (0))))).
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

(** The gradient: its last mean is divided by $m - d$, its first still by $m$. *)
Theorem degrees_of_freedom_3 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (CorrectedVar m (move x (unit k) t) (Mean m (move x (unit k) t)) d) eps) gamma beta i)) 0
  (gamma * Rstd (CorrectedVar m x (Mean m x) d) eps * (dy k - sum m dy / INR m - Xhat x (Mean m x)
    (CorrectedVar m x (Mean m x) d) eps k * sum m (fun i => dy i * Xhat x (Mean m x) (CorrectedVar m x (Mean m
    x) d) eps i) / (INR m - d))).
Proof.
  intros m beta d dy eps gamma x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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
  apply (d_eq _ _ _ _ (derivative_1 m beta d dy eps gamma x k size divisor Hroot Hk)).
  change (- ((x k - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)) + dy
    k * gamma * rstd - gamma * rstd * sum m dy / INR m = gamma * rstd * (dy k - sum m dy / INR m - Xhat x mean
    var eps k * sum m (fun i => dy i * Xhat x mean var eps i) / (INR m - d))).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps)
    (gamma + t * 1) beta i)) 0
  (Rstd (CorrectedVar m x (Mean m x) d) eps * sum m (fun i => (x i - Mean m x) * dy i)).
Proof.
  intros m beta d dy eps gamma x size divisor Hroot.
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x (Mean m x) (CorrectedVar m x (Mean m
    x) d) eps i + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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

(** $\mathrm{d}\gamma$ keeps its form ... *)
Theorem degrees_of_freedom_4 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps)
    (gamma + t * 1) beta i)) 0
  (sum m (fun i => dy i * Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i)).
Proof.
  intros m beta d dy eps gamma x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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
  apply (d_eq _ _ _ _ (derivative_2 m beta d dy eps gamma x size divisor Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = sum m (fun i => dy i * Xhat x mean var eps i)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps)
    gamma (beta + t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta d dy eps gamma x size divisor Hroot.
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (0 + (0 + (1 * 1 + 0 * 0)))))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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

(** ... and so does $\mathrm{d}\beta$. *)
Theorem degrees_of_freedom_5 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps)
    gamma (beta + t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta d dy eps gamma x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m beta d dy eps gamma x size divisor Hroot)).
  change (sum m dy = sum m dy).
  normal.
Qed.

(** It is the gradient of the source, but for a multiple of $\hat{x}$. *)
Theorem degrees_of_freedom_6 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (CorrectedVar m (move x (unit k) t) (Mean m (move x (unit k) t)) d) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (CorrectedVar m (move x (unit k) t) (Mean m (move x (unit k) t)) d) eps) gamma beta i)) 0 + gamma * Rstd
    (CorrectedVar m x (Mean m x) d) eps * Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps k * d * sum m
    (fun i => dy i * Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i) / (INR m * (INR m - d)) =
  gamma * Rstd (CorrectedVar m x (Mean m x) d) eps * (dy k - sum m dy / INR m - Xhat x (Mean m x)
    (CorrectedVar m x (Mean m x) d) eps k * sum m (fun i => dy i * Xhat x (Mean m x) (CorrectedVar m x (Mean m
    x) d) eps i) / INR m).
Proof.
  intros m beta d dy eps gamma x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (CorrectedVar m (move x (unit k) t) (Mean m (move x (unit k) t)) d) eps) gamma beta i)) 0 = - ((x k -
    mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)) + dy k * gamma * rstd
    - gamma * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
      i)) + dy k * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta d dy eps gamma x k size divisor Hroot Hk). }
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
  assert (e5 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta d dy eps gamma x k size divisor Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (CorrectedVar m (move x (unit k) t) (Mean m (move x (unit k) t)) d) eps) gamma beta i)) 0 + gamma * rstd *
    Xhat x mean var eps k * d * sum m (fun i => dy i * Xhat x mean var eps i) / (INR m * (INR m - d)) = gamma
    * rstd * (dy k - sum m dy / INR m - Xhat x mean var eps k * sum m (fun i => dy i * Xhat x mean var eps i)
    / INR m)).
  rewrite e1.
  rewrite e5.
  rewrite e3.
  normal.
Qed.

(** It still sums to 0. *)
Theorem degrees_of_freedom_7 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps)
    gamma beta i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma beta i)) 0) =
  0.
Proof.
  intros m beta d dy eps gamma x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps)
    gamma beta i)) 0 = - ((x i1 - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i)) + dy i1 * gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
      i)) + dy i1 * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta d dy eps gamma x i1 size divisor Hroot Hi1). }
    normal.
  }
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma
    beta i)) 0) = 0).
  {
    transitivity (sum m (fun i1 => (- (1 / (INR m - d) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
      i))) * (x i1 - mean) + ((gamma * rstd) * (dy i1) + ((- (gamma * rstd * sum m dy / INR m)) * (1) +
      (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta d dy eps gamma x i1 size divisor Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma beta i))
    0) = 0).
  rewrite e2.
  normal.
Qed.

(** And forgets the same share of the scale. *)
Theorem degrees_of_freedom_8 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps)
    gamma beta i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma beta i)) 0 * Xhat
    x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i1) =
  gamma * Rstd (CorrectedVar m x (Mean m x) d) eps * eps * sum m (fun i => dy i * Xhat x (Mean m x)
    (CorrectedVar m x (Mean m x) d) eps i) / (CorrectedVar m x (Mean m x) d + eps).
Proof.
  intros m beta d dy eps gamma x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps)
    gamma beta i)) 0 = - ((x i1 - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i)) + dy i1 * gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
      i)) + dy i1 * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta d dy eps gamma x i1 size divisor Hroot Hi1). }
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
  assert (e4 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma
    beta i)) 0 * Xhat x mean var eps i1) = 1 / (INR m - d) * d * gamma * rstd ^ 4 * var * sum m (fun i => (x i
    - mean) * dy i) - 1 / (INR m - d) * gamma * rstd ^ 4 * var * INR m * sum m (fun i => (x i - mean) * dy i)
    + gamma * rstd ^ 2 * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (1 / (INR m - d) * gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy
      i))) * ((x i1 - mean) ^ 2) + ((gamma * rstd ^ 2) * ((x i1 - mean) * dy i1) + ((- (gamma * rstd ^ 2 * sum
      m dy / INR m)) * (x i1 - mean) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e5 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e6 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e5 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta d dy eps gamma x i1 size divisor Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma beta i))
    0 * Xhat x mean var eps i1) = gamma * rstd * eps * sum m (fun i => dy i * Xhat x mean var eps i) / (var +
    eps)).
  rewrite e4.
  rewrite e6.
  normal.
Qed.

(** Its square: the second component is divided by $m - d$. *)
Theorem degrees_of_freedom_9 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps)
    gamma beta i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma beta i)) 0 ^ 2) =
  gamma ^ 2 * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 2 * (sum m (fun i => dy i ^ 2) - sum m dy ^ 2 / INR m
    - (1 + eps * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 2) * sum m (fun i => dy i * Xhat x (Mean m x)
    (CorrectedVar m x (Mean m x) d) eps i) ^ 2 / (INR m - d)).
Proof.
  intros m beta d dy eps gamma x Hm divisor Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps)
    gamma beta i)) 0 = - ((x i1 - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i)) + dy i1 * gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
      i)) + dy i1 * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta d dy eps gamma x i1 size divisor Hroot Hi1). }
    normal.
  }
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma
    beta i)) 0 ^ 2) = - (2 * (1 / (INR m - d)) * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) ^
    2) - (1 / (INR m - d)) ^ 2 * d * gamma ^ 2 * rstd ^ 6 * var * sum m (fun i => (x i - mean) * dy i) ^ 2 +
    (1 / (INR m - d)) ^ 2 * gamma ^ 2 * rstd ^ 6 * var * INR m * sum m (fun i => (x i - mean) * dy i) ^ 2 -
    gamma ^ 2 * rstd ^ 2 * sum m dy ^ 2 / INR m + gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i ^ 2)).
  {
    transitivity (sum m (fun i1 => ((1 / (INR m - d)) ^ 2 * gamma ^ 2 * rstd ^ 6 * sum m (fun i => (x i -
      mean) * dy i) ^ 2) * ((x i1 - mean) ^ 2) + ((- (2 * (1 / (INR m - d)) * gamma ^ 2 * rstd ^ 4 * sum m
      (fun i => (x i - mean) * dy i))) * ((x i1 - mean) * dy i1) + ((2 * (1 / (INR m - d)) * gamma ^ 2 * rstd
      ^ 4 * sum m (fun i => (x i - mean) * dy i) * sum m dy / INR m) * (x i1 - mean) + ((gamma ^ 2 * rstd ^ 2)
      * (dy i1 ^ 2) + ((- (2 * gamma ^ 2 * rstd ^ 2 * sum m dy / INR m)) * (dy i1) + ((gamma ^ 2 * rstd ^ 2 *
      sum m dy ^ 2 / INR m ^ 2) * (1) + (0)))))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e1 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e3.
    normal.
  }
  assert (e5 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta d dy eps gamma x i1 size divisor Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (CorrectedVar m (move x (unit i1) t) (Mean m (move x (unit i1) t)) d) eps) gamma beta i))
    0 ^ 2) = gamma ^ 2 * rstd ^ 2 * (sum m (fun i => dy i ^ 2) - sum m dy ^ 2 / INR m - (1 + eps * rstd ^ 2) *
    sum m (fun i => dy i * Xhat x mean var eps i) ^ 2 / (INR m - d))).
  rewrite e2.
  rewrite e5.
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (beta d eps gamma : R) (h x : nat -> R) (k : nat),
  0 < INR m ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x h t) (Mean m (move x h t)) (CorrectedVar m (move x h t) (Mean m
    (move x h t)) d) eps) gamma beta k) 0
  (- ((x k - Mean m x) * (1 / (INR m - d)) * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 3 * sum m (fun
    i => (x i - Mean m x) * h i)) + h k * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps - gamma * Rstd
    (CorrectedVar m x (Mean m x) d) eps * sum m h / INR m).
Proof.
  intros m beta d eps gamma h x k size divisor Hroot Hk.
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * (((h k - sum m h / INR m) * sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0))
    d + eps) - (move x h 0 k - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x
    h 0)) ^ 1 * (h i1 - sum m h / INR m))) / (INR m - d) + 0) / (2 * sqrt (CorrectedVar m (move x h 0) (Mean m
    (move x h 0)) d + eps)))) / sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d + eps) ^ 2) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * (((h k - sum m h / INR m) * sqrt (var + eps) - (x k - mean) * ((sum m (fun i1 => 2 * ((x i1
    - mean) ^ 1 * (h i1 - sum m h / INR m))) / (INR m - d) + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2) + 0 = - ((x k - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i)) +
    h k * gamma * rstd - gamma * rstd * sum m h / INR m).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) = 2 * sum m (fun i => (x i
    - mean) * h i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1) + ((- (2 * sum m h / INR m)) * (x i1 - mean) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** Forward mode: the same matrix, as it is still symmetric. *)
Theorem degrees_of_freedom_10 :
  forall (m : nat) (beta d eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (CorrectedVar m (move x v t) (Mean m
    (move x v t)) d) eps) gamma beta k) 0
  (gamma * Rstd (CorrectedVar m x (Mean m x) d) eps * (v k - sum m v / INR m - Xhat x (Mean m x) (CorrectedVar
    m x (Mean m x) d) eps k * sum m (fun i => v i * Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i) /
    (INR m - d))).
Proof.
  intros m beta d eps gamma v x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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
  assert (e4 : sum m (fun i => v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m beta d eps gamma v x k size divisor Hroot Hk)).
  change (- ((x k - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i)) + v k
    * gamma * rstd - gamma * rstd * sum m v / INR m = gamma * rstd * (v k - sum m v / INR m - Xhat x mean var
    eps k * sum m (fun i => v i * Xhat x mean var eps i) / (INR m - d))).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (h x : nat -> R) (k : nat),
  0 < INR m ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) (unit k) t1)
    (Mean m (move (move x h t) (unit k) t1)) (CorrectedVar m (move (move x h t) (unit k) t1) (Mean m (move
    (move x h t) (unit k) t1)) d) eps) gamma beta i)) 0) 0
  ((x k - Mean m x) * (1 / (INR m - d)) * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 3 * sum m dy *
    sum m h / INR m - (x k - Mean m x) * (1 / (INR m - d)) * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps
    ^ 3 * sum m (fun i => dy i * h i) + 3 * (x k - Mean m x) * (1 / (INR m - d)) ^ 2 * gamma * Rstd
    (CorrectedVar m x (Mean m x) d) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i
    - Mean m x) * h i) - dy k * (1 / (INR m - d)) * gamma * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 3 * sum
    m (fun i => (x i - Mean m x) * h i) - h k * (1 / (INR m - d)) * gamma * Rstd (CorrectedVar m x (Mean m x)
    d) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) + 1 / (INR m - d) * gamma * Rstd (CorrectedVar m x
    (Mean m x) d) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m h / INR m + 1 / (INR m - d) *
    gamma * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) * sum m dy
    / INR m).
Proof.
  intros m beta d dy eps gamma h x k size divisor Hroot Hk.
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - ((move x h t k - Mean m (move x h t)) * (1 / (INR m - d)) * gamma *
    Rstd (CorrectedVar m (move x h t) (Mean m (move x h t)) d) eps ^ 3 * sum m (fun i => (move x h t i - Mean
    m (move x h t)) * dy i)) + dy k * gamma * Rstd (CorrectedVar m (move x h t) (Mean m (move x h t)) d) eps -
    gamma * Rstd (CorrectedVar m (move x h t) (Mean m (move x h t)) d) eps * sum m dy / INR m)).
  {
    refine (filter_imp _ _ _ (near_corrected m d x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) (unit k) t1) (Mean m
      (move (move x h t) (unit k) t1)) (CorrectedVar m (move (move x h t) (unit k) t1) (Mean m (move (move x h
      t) (unit k) t1)) d) eps) gamma beta i)) 0 = - ((move x h t k - Mean m (move x h t)) * (1 / (INR m - d))
      * gamma * Rstd (CorrectedVar m (move x h t) (Mean m (move x h t)) d) eps ^ 3 * sum m (fun i => (move x h
      t i - Mean m (move x h t)) * dy i)) + dy k * gamma * Rstd (CorrectedVar m (move x h t) (Mean m (move x h
      t)) d) eps - gamma * Rstd (CorrectedVar m (move x h t) (Mean m (move x h t)) d) eps * sum m dy / INR m).
    {
      apply is_derive_unique. exact (derivative_1 m beta d dy eps gamma (move x h t) k size divisor Ht Hk).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((((h k - sum m h / INR m) * (1 / (INR m - d)) + (move x h 0 k - Mean m (move x h 0)) *
    0) * gamma + (move x h 0 k - Mean m (move x h 0)) * (1 / (INR m - d)) * 0) * Rstd (CorrectedVar m (move x
    h 0) (Mean m (move x h 0)) d) eps ^ 3 + (move x h 0 k - Mean m (move x h 0)) * (1 / (INR m - d)) * gamma *
    (3 * (Rstd (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d) eps ^ 2 * ((0 * sqrt (CorrectedVar m
    (move x h 0) (Mean m (move x h 0)) d + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x
    h 0)) ^ 1 * (h i1 - sum m h / INR m))) / (INR m - d) + 0) / (2 * sqrt (CorrectedVar m (move x h 0) (Mean m
    (move x h 0)) d + eps)))) / sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d + eps) ^ 2)))) * sum
    m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) + (move x h 0 k - Mean m (move x h 0)) * (1 /
    (INR m - d)) * gamma * Rstd (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d) eps ^ 3 * sum m (fun i1
    => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) + dy k * gamma * ((0 *
    sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0
    i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / (INR m - d) + 0) / (2 * sqrt (CorrectedVar m
    (move x h 0) (Mean m (move x h 0)) d + eps)))) / sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d
    + eps) ^ 2) - (gamma * ((0 * sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d + eps) - 1 * ((sum
    m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / (INR m - d) +
    0) / (2 * sqrt (CorrectedVar m (move x h 0) (Mean m (move x h 0)) d + eps)))) / sqrt (CorrectedVar m (move
    x h 0) (Mean m (move x h 0)) d + eps) ^ 2) * sum m dy + gamma * Rstd (CorrectedVar m (move x h 0) (Mean m
    (move x h 0)) d) eps * 0) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((((h k - sum m h / INR m) * (1 / (INR m - d)) + (x k - mean) * 0) * gamma + (x k - mean) * (1 /
    (INR m - d)) * 0) * rstd ^ 3 + (x k - mean) * (1 / (INR m - d)) * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var
    + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / (INR m - d) + 0) /
    (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) * sum m (fun i => (x i - mean) * dy i) + (x k - mean)
    * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x i1 - mean)
    * 0)) + dy k * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 -
    sum m h / INR m))) / (INR m - d) + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) - (gamma * ((0 *
    sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / (INR m -
    d) + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma * rstd * 0) / INR m = (x k -
    mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m dy * sum m h / INR m - (x k - mean) * (1 / (INR m -
    d)) * gamma * rstd ^ 3 * sum m (fun i => dy i * h i) + 3 * (x k - mean) * (1 / (INR m - d)) ^ 2 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) - dy k * (1 / (INR m
    - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) - h k * (1 / (INR m - d)) * gamma * rstd ^
    3 * sum m (fun i => (x i - mean) * dy i) + 1 / (INR m - d) * gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i) * sum m h / INR m + 1 / (INR m - d) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i)
    * sum m dy / INR m).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) = 2 * sum m (fun i => (x i
    - mean) * h i)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * h i1) + ((- (2 * sum m h / INR m)) * (x i1 - mean) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e3 : sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x i1 - mean) * 0) = - (sum m dy * sum m h
    / INR m) + sum m (fun i => dy i * h i)).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * h i1) + ((- (sum m h / INR m)) * (dy i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** The Hessian-vector product: each covariance that came through the variance is multiplied by $m/(m - d)$.
  *)
Theorem degrees_of_freedom_11 :
  forall (m : nat) (beta d : R) (dy : nat -> R) (eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  INR m - d <> 0 ->
  0 < CorrectedVar m x (Mean m x) d + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x v t) (unit k)
    t1) (Mean m (move (move x v t) (unit k) t1)) (CorrectedVar m (move (move x v t) (unit k) t1) (Mean m (move
    (move x v t) (unit k) t1)) d) eps) gamma beta i)) 0)) /\
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) (unit k) t1)
    (Mean m (move (move x v t) (unit k) t1)) (CorrectedVar m (move (move x v t) (unit k) t1) (Mean m (move
    (move x v t) (unit k) t1)) d) eps) gamma beta i)) 0) 0
  (gamma * Rstd (CorrectedVar m x (Mean m x) d) eps ^ 2 * (3 * (INR m / (INR m - d)) ^ 2 * Xhat x (Mean m x)
    (CorrectedVar m x (Mean m x) d) eps k * (sum m (fun i => dy i * Xhat x (Mean m x) (CorrectedVar m x (Mean
    m x) d) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps)
    / INR m)) * (sum m (fun i => Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i * v i) / INR m - sum
    m (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps) / INR m * (sum m v / INR m)) - INR m * ((dy k -
    sum m dy / INR m) * (sum m (fun i => Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i * v i) / INR
    m - sum m (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps) / INR m * (sum m v / INR m)) + (v k -
    sum m v / INR m) * (sum m (fun i => Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps i * dy i) / INR
    m - sum m (Xhat x (Mean m x) (CorrectedVar m x (Mean m x) d) eps) / INR m * (sum m dy / INR m)) + Xhat x
    (Mean m x) (CorrectedVar m x (Mean m x) d) eps k * (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m
    * (sum m v / INR m))) / (INR m - d))).
Proof.
  intros m beta d dy eps gamma v x k Hm divisor Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (corrected_moments m x d size divisor) as [first_moment second_moment].
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := CorrectedVar m x mean d) in *.
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
  assert (e5 : sum m (Xhat x mean var eps) = 0).
  {
    transitivity (sum m (fun i => (rstd) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e6 : sum m (fun i => Xhat x mean var eps i * v i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => Xhat x mean var eps i * dy i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near_corrected m d x v eps size Hroot)); intros t Ht.
    eexists. exact (derivative_1 m beta d dy eps gamma (move x v t) k size divisor Ht Hk).
  }
  apply (d_eq _ _ _ _ (derivative_5 m beta d dy eps gamma v x k size divisor Hroot Hk)).
  change ((x k - mean) * (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m dy * sum m v / INR m - (x k - mean) * (1
    / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) + 3 * (x k - mean) * (1 / (INR m - d)) ^ 2
    * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) - dy k *
    (1 / (INR m - d)) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) - v k * (1 / (INR m - d)) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) + 1 / (INR m - d) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) * sum m v / INR m + 1 / (INR m - d) * gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i) * sum m dy / INR m = gamma * rstd ^ 2 * (3 * (INR m / (INR m - d)) ^ 2 * Xhat x mean var eps
    k * (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var
    eps) / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR
    m * (sum m v / INR m)) - INR m * ((dy k - sum m dy / INR m) * (sum m (fun i => Xhat x mean var eps i * v
    i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v / INR m)) + (v k - sum m v / INR m) * (sum m
    (fun i => Xhat x mean var eps i * dy i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m dy / INR
    m)) + Xhat x mean var eps k * (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR
    m))) / (INR m - d))).
  rewrite e7.
  rewrite e4.
  rewrite e6.
  rewrite e5.
  rewrite e2.
  normal.
Qed.

(** All of it *)
Definition degrees_of_freedom := (conj degrees_of_freedom_1 (conj degrees_of_freedom_2 (conj
  degrees_of_freedom_3 (conj degrees_of_freedom_4 (conj degrees_of_freedom_5 (conj degrees_of_freedom_6 (conj
  degrees_of_freedom_7 (conj degrees_of_freedom_8 (conj degrees_of_freedom_9 (conj degrees_of_freedom_10
  degrees_of_freedom_11)))))))))).
