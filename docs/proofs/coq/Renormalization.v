(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Batch renormalization *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** (9.41) with two other parameters, multiplied out. *)
Theorem renormalization_1 :
  forall (m : nat) (beta eps gamma p q : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  gamma * (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + q) + beta =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma * p) (gamma * q + beta) k.
Proof.
  intros m beta eps gamma p q x k Hm Hroot Hk.
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
  assert (e3 : Y (Xhat x mean var eps) (gamma * p) (gamma * q + beta) k = (x k - mean) * gamma * p * rstd +
    beta + gamma * q).
  {
    change (gamma * p * Xhat x mean var eps k + (gamma * q + beta) = (x k - mean) * gamma * p * rstd + beta +
      gamma * q).
    rewrite e2.
    normal.
  }
  change (gamma * (p * Xhat x mean var eps k + q) + beta = Y (Xhat x mean var eps) (gamma * p) (gamma * q +
    beta) k).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * (gamma * (p * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + q) + beta))) 0
  (- ((x k - Mean m x) * gamma * p * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy
    i) / INR m) + dy k * gamma * p * Rstd (Var m x (Mean m x)) eps - gamma * p * Rstd (Var m x (Mean m x)) eps
    * sum m dy / INR m).
Proof.
  intros m beta dy eps gamma p q x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (p * (((unit k i2 - sum m (unit k) / INR m) * sqrt (Var m
    (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - (move x (unit k) 0 i2 - Mean m (move x (unit k)
    0)) * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m
    (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) +
    eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) + 0) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (p * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) -
    (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m
    + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0) + 0)) = - ((x k - mean) * gamma * p * rstd ^
    3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * p * rstd - gamma * p * rstd * sum m dy
    / INR m).
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
  assert (e4 : sum m (fun i2 => dy i2 * (gamma * (p * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var +
    eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m)))
    / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0) + 0)) = - ((x k - mean) * gamma * p *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * p * rstd - gamma * p * rstd *
    sum m dy / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * p * rstd) * (dy i2 * unit k i2) + ((- (gamma * p * rstd / INR m))
      * (dy i2) + ((- ((x k - mean) * gamma * p * rstd ^ 3 / INR m)) * ((x i2 - mean) * dy i2) + (0))))).
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

Lemma derivative_2 :
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

(** With $p$ and $q$ held, the gradient by an element is that of batch normalization with $\gamma p$; $\beta$
  is not in it. *)
Theorem renormalization_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * (gamma * (p * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + q) + beta))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma * p) beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * (gamma * (p * Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + q) + beta))) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma * p) beta i)) 0.
Proof.
  intros m beta dy eps gamma p q x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * (gamma * (p * Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + q) + beta))) 0 = - ((x k -
    mean) * gamma * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * p * rstd -
    gamma * p * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy
      k * gamma * p * rstd - gamma * p * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma p q x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma * p) beta i)) 0 = - ((x k - mean)
    * gamma * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * p * rstd - gamma *
    p * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * (gamma * p) * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) +
      dy k * (gamma * p) * rstd - gamma * p * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps (gamma * p) x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma p q x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy eps (gamma * p) x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * (gamma * (p * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + q) + beta))) 0 = Derive (fun t =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) (gamma * p) beta i)) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * ((gamma + t * 1) * (p * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + q) + beta))) 0
  (p * Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * dy i) + q * sum m dy).
Proof.
  intros m beta dy eps gamma p q x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * (p * Xhat x (Mean m x) (Var m x (Mean m x))
    eps i + q) + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * (p * Xhat x mean var eps i + q) + (gamma + 0 * 1) *
    0 + 0)) = p * rstd * sum m (fun i => (x i - mean) * dy i) + q * sum m dy).
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
  assert (e3 : sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * (p * Xhat x mean var eps i + q) + (gamma + 0 *
    1) * 0 + 0)) = p * rstd * sum m (fun i => (x i - mean) * dy i) + q * sum m dy).
  {
    transitivity (sum m (fun i => (p * rstd) * ((x i - mean) * dy i) + ((q) * (dy i) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

Lemma derivative_4 :
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

Lemma derivative_5 :
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

(** $\gamma$ is in both parameters: the chain rule adds the two paths ... *)
Theorem renormalization_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * ((gamma + t * 1) * (p * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + q) + beta))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * ((gamma + t * 1) * (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps i
    + q) + beta))) 0 =
  p * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1)
    beta i)) 0 + q * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i)) 0.
Proof.
  intros m beta dy eps gamma p q x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * ((gamma + t * 1) * (p * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i + q) + beta))) 0 = p * rstd * sum m (fun i => (x i - mean) * dy i) + q * sum m dy).
  {
    transitivity (p * rstd * sum m (fun i => (x i - mean) * dy i) + q * sum m dy).
    { apply is_derive_unique. exact (derivative_3 m beta dy eps gamma p q x size Hroot). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma +
    t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i)).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma x size Hroot). }
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t * 1) i)) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_3 m beta dy eps gamma p q x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * ((gamma + t * 1) * (p * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + q) + beta))) 0 = p * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) (gamma + t * 1) beta i)) 0 + q * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1) i)) 0).
  rewrite e1.
  rewrite e2.
  rewrite e3.
  normal.
Qed.

Lemma derivative_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * (gamma * (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    q) + (beta + t * 1)))) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma p q x size Hroot.
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

(** ... and $\beta$ is in one. *)
Theorem renormalization_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * (gamma * (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    q) + (beta + t * 1)))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * (gamma * (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps i + q) +
    (beta + t * 1)))) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i)) 0.
Proof.
  intros m beta dy eps gamma p q x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * (gamma * (p * Xhat x (Mean m x) (Var m x (Mean m x))
    eps i + q) + (beta + t * 1)))) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_6 m beta dy eps gamma p q x size Hroot). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t * 1) i)) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_6 m beta dy eps gamma p q x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * (gamma * (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    q) + (beta + t * 1)))) 0 = Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) gamma (beta + t * 1) i)) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** The limits $1 \le p \le 1$ and $0 \le q \le 0$ leave batch normalization. *)
Theorem renormalization_5 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  gamma * (1 * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + 0) + beta =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta k.
Proof.
  intros m beta eps gamma x k Hm Hroot Hk.
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
  assert (e3 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e2.
    normal.
  }
  change (gamma * (1 * Xhat x mean var eps k + 0) + beta = Y (Xhat x mean var eps) gamma beta k).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

(** No limits leave inference by the running statistics: the statistics of the batch cancel. *)
Theorem renormalization_6 :
  forall (m : nat) (beta e eps gamma old_mean : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  gamma * (e / Rstd (Var m x (Mean m x)) eps * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + e * (Mean m x -
    old_mean)) + beta =
  gamma * e * (x k - old_mean) + beta.
Proof.
  intros m beta e eps gamma old_mean x k Hm Hroot Hk.
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
  change (gamma * (e / rstd * Xhat x mean var eps k + e * (mean - old_mean)) + beta = gamma * e * (x k -
    old_mean) + beta).
  rewrite e2.
  normal.
Qed.

Lemma derivative_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (e eps gamma old_mean : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * (gamma * (e / Rstd (Var m (move x (unit k) t) (Mean m (move x
    (unit k) t))) eps * Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps i + e * (Mean m (move x (unit k) t) - old_mean)) + beta))) 0
  (dy k * e * gamma).
Proof.
  intros m beta dy e eps gamma old_mean x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * ((0 * Rstd (Var m (move x (unit k) 0) (Mean m (move x
    (unit k) 0))) eps - e * ((0 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - 1 *
    ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m (unit
    k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps)))) /
    sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2)) / Rstd (Var m (move x (unit k)
    0) (Mean m (move x (unit k) 0))) eps ^ 2 * Xhat (move x (unit k) 0) (Mean m (move x (unit k) 0)) (Var m
    (move x (unit k) 0) (Mean m (move x (unit k) 0))) eps i2 + e / Rstd (Var m (move x (unit k) 0) (Mean m
    (move x (unit k) 0))) eps * (((unit k i2 - sum m (unit k) / INR m) * sqrt (Var m (move x (unit k) 0) (Mean
    m (move x (unit k) 0)) + eps) - (move x (unit k) 0 i2 - Mean m (move x (unit k) 0)) * ((sum m (fun i1 => 2
    * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR
    m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps)))) / sqrt (Var m (move x
    (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) + e * (sum m (unit k) / INR m - 0)) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * ((0 * rstd - e * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2
    * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2)) / rstd ^ 2 * Xhat x mean var eps i2 + e / rstd * (((unit k i2 - sum m (unit k) /
    INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m
    (unit k) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + e * (sum m (unit k)
    / INR m - 0)) + 0)) = dy k * e * gamma).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
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
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) = 2 * (x k -
    mean)).
  {
    transitivity (sum m (fun i1 => (2) * ((x i1 - mean) * unit k i1) + ((- (2 / INR m)) * (x i1 - mean) +
      (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => x i1 - mean) Hk).
    rewrite first_moment.
    normal.
  }
  assert (e4 : forall i2, (i2 < m)%nat -> Xhat x mean var eps i2 = (x i2 - mean) * rstd).
  {
    intros i2 Hi2.
    change ((x i2 - mean) / sqrt (var + eps) = (x i2 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e5 : sum m (fun i2 => dy i2 * (gamma * ((0 * rstd - e * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1
    => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (var + eps))))
    / sqrt (var + eps) ^ 2)) / rstd ^ 2 * Xhat x mean var eps i2 + e / rstd * (((unit k i2 - sum m (unit k) /
    INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m
    (unit k) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + e * (sum m (unit k)
    / INR m - 0)) + 0)) = dy k * e * gamma).
  {
    transitivity (sum m (fun i2 => (e * gamma) * (dy i2 * unit k i2) + (0))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite (e4 i2 Hi2).
      rewrite e1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => dy i2) Hk).
    normal.
  }
  rewrite e5.
  normal.
Qed.

(** If $p$ and $q$ were not held, the gradient would be that of inference, which does not know that the
  statistics depend on the batch: nothing would be taken away from $\mathrm{d}y$. *)
Theorem renormalization_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (e eps gamma old_mean : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * (gamma * (e / Rstd (Var m (move x (unit k) t) (Mean m (move x
    (unit k) t))) eps * Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps i + e * (Mean m (move x (unit k) t) - old_mean)) + beta))) 0
  (gamma * e * dy k).
Proof.
  intros m beta dy e eps gamma old_mean x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_7 m beta dy e eps gamma old_mean x k size Hroot Hk)).
  change (dy k * e * gamma = gamma * e * dy k).
  normal.
Qed.

(** All of it *)
Definition renormalization := (conj renormalization_1 (conj renormalization_2 (conj renormalization_3 (conj
  renormalization_4 (conj renormalization_5 (conj renormalization_6 renormalization_7)))))).
