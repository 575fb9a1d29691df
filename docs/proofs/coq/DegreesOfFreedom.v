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

(** It still sums to 0. *)
Theorem degrees_of_freedom_4 :
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
Theorem degrees_of_freedom_5 :
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

(** All of it *)
Definition degrees_of_freedom := (conj degrees_of_freedom_1 (conj degrees_of_freedom_2 (conj
  degrees_of_freedom_3 (conj degrees_of_freedom_4 degrees_of_freedom_5)))).
