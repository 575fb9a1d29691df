(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * What the second derivatives forget *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
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

Lemma derivative_3 :
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

Lemma derivative_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * v i) /
    INR m) + (x k - Mean m x) * p * Rstd (Var m x (Mean m x)) eps + v k * gamma * Rstd (Var m x (Mean m x))
    eps - gamma * Rstd (Var m x (Mean m x)) eps * sum m v / INR m + q).
Proof.
  intros m beta dy eps gamma p q v x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((x i1 - Mean m x) * gamma * Rstd (Var m x
    (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * move dy (unit k) t i) / INR m) + move dy (unit k)
    t i1 * gamma * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps * sum m (move dy
    (unit k) t) / INR m)) + p * (Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * move dy
    (unit k) t i)) + q * sum m (move dy (unit k) t))).
  {
    apply filter_forall; intros t.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
      (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
      (unit i1) t1))) eps) gamma beta i)) 0 = - ((x i1 - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3
      * sum m (fun i => (x i - Mean m x) * move dy (unit k) t i) / INR m) + move dy (unit k) t i1 * gamma *
      Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps * sum m (move dy (unit k) t) / INR
      m).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_1 m beta (move dy (unit k) t) eps gamma x i1 size Hroot Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x
      (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 = Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i -
      Mean m x) * move dy (unit k) t i)).
    {
      apply is_derive_unique. exact (derivative_2 m beta (move dy (unit k) t) eps gamma x size Hroot).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x
      (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0 = sum m (move dy (unit k) t)).
    {
      apply is_derive_unique. exact (derivative_3 m beta (move dy (unit k) t) eps gamma x size Hroot).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i1 => v i1 * (- ((x i1 - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 *
    sum m (fun i => (x i - Mean m x) * unit k i) / INR m) + ((unit k i1 * gamma + move dy (unit k) 0 i1 * 0) *
    Rstd (Var m x (Mean m x)) eps + move dy (unit k) 0 i1 * gamma * 0) - gamma * Rstd (Var m x (Mean m x)) eps
    * sum m (unit k) / INR m)) + p * (Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * unit
    k i)) + q * sum m (unit k))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i1 => v i1 * (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * unit k
    i) / INR m) + ((unit k i1 * gamma + dy i1 * 0) * rstd + dy i1 * gamma * 0) - gamma * rstd * sum m (unit k)
    / INR m)) + p * (rstd * sum m (fun i => (x i - mean) * unit k i)) + q * sum m (unit k) = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k - mean) * p * rstd + v k * gamma *
    rstd - gamma * rstd * sum m v / INR m + q).
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
  assert (e3 : sum m (fun i1 => v i1 * (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) *
    unit k i) / INR m) + ((unit k i1 * gamma + dy i1 * 0) * rstd + dy i1 * gamma * 0) - gamma * rstd * sum m
    (unit k) / INR m)) = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v
    k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (sum m (fun i1 => (- ((x k - mean) * gamma * rstd ^ 3 / INR m)) * ((x i1 - mean) * v i1) +
      ((gamma * rstd) * (v i1 * unit k i1) + ((- (gamma * rstd / INR m)) * (v i1) + (0))))).
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

Lemma derivative_5 :
  forall (m : nat) (beta eps gamma : R) (h x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h
    t))) eps) gamma beta k) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) /
    INR m) + h k * gamma * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps * sum m h /
    INR m).
Proof.
  intros m beta eps gamma h x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * (((h k - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) -
    (move x h 0 k - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 *
    (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) /
    sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * (((h k - sum m h / INR m) * sqrt (var + eps) - (x k - mean) * ((sum m (fun i1 => 2 * ((x i1
    - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) +
    0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m) + h k * gamma * rstd
    - gamma * rstd * sum m h / INR m).
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

(** What $\mathrm{d}y$ is multiplied by in $P$; the Jacobian is symmetric, so it is forward mode. *)
Theorem second_structure_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    k) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m
    (move x (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0)) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0) 0 =
  Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps)
    gamma beta k) 0 + p * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + q.
Proof.
  intros m beta dy eps gamma p q v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i
    * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move
    x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k - mean) *
    p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k -
      mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma p q v x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x
    v t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m) + v k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma v x k size Hroot Hk). }
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
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma p q v x k size Hroot Hk).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (move dy (unit k) t) eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma v x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0 = Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0 + p * Xhat x mean var eps k + q).
  rewrite e1.
  rewrite e2.
  rewrite e4.
  normal.
Qed.

(** $P$ is linear in $\mathrm{d}y$: its derivative does not know it ... *)
Theorem second_structure_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v w x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move w (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => move w (unit k)
    t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m
    (move x (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move w (unit k) t i * Y (Xhat x (Mean m x)
    (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move w (unit k) t i * Y (Xhat x (Mean m x)
    (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    k) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m
    (move x (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0)) /\
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    move w (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0) 0 =
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0) 0.
Proof.
  intros m beta dy eps gamma p q v w x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move w (unit k) t i
    * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move
    x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move w (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k - mean) *
    p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k -
      mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
    { apply is_derive_unique. exact (derivative_4 m beta w eps gamma p q v x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i
    * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move
    x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k - mean) *
    p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k -
      mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma p q v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_4 m beta w eps gamma p q v x k size Hroot Hk).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (move w (unit k) t) eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta (move w (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta (move w (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma p q v x k size Hroot Hk).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (move dy (unit k) t) eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move w (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move w (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0 = Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0).
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** ... and gives $P$ back, which is the adjoint identity. *)
Theorem second_structure_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i2, (i2 < m)%nat -> ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i
    => move dy (unit i2) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i
    => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q
    * Derive (fun t1 => sum m (fun i => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t1 * 1) i)) 0) 0) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum
    m (fun i => move dy (unit i2) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0)) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0) /\
  sum m (fun i2 => dy i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy
    (unit i2) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1)
    (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy
    (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive
    (fun t1 => sum m (fun i => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t1 * 1) i)) 0) 0) =
  sum m (fun i1 => v i1 * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x
    (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0) + p *
    Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1)
    beta i)) 0 + q * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i)) 0.
Proof.
  intros m beta dy eps gamma p q v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i2, (i2 < m)%nat -> Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m
    (fun i => move dy (unit i2) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m
    (fun i => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i))
    0 + q * Derive (fun t1 => sum m (fun i => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) gamma (beta + t1 * 1) i)) 0) 0 = - ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i) / INR m) + (x i2 - mean) * p * rstd + v i2 * gamma * rstd - gamma * rstd * sum m v / INR m +
    q).
  {
    intros i2 Hi2.
    transitivity (- ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x i2 -
      mean) * p * rstd + v i2 * gamma * rstd - gamma * rstd * sum m v / INR m + q).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma p q v x i2 size Hroot Hi2). }
    normal.
  }
  assert (e2 : sum m (fun i2 => dy i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun
    i => move dy (unit i2) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i
    => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q
    * Derive (fun t1 => sum m (fun i => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t1 * 1) i)) 0) 0) = - (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m
    (fun i => dy i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * v i) / INR m + p * rstd * sum m (fun i => (x i - mean) * dy i) + q * sum m dy).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + p *
      rstd) * ((x i2 - mean) * dy i2) + ((gamma * rstd) * (dy i2 * v i2) + ((- (gamma * rstd * sum m v / INR
      m) + q) * (dy i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite (e1 i2 Hi2).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 = - ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1 *
    gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1
      * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e4 : sum m (fun i1 => v i1 * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) = - (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) -
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) * v i1) + ((gamma * rstd) * (dy i1 * v i1) + ((- (gamma * rstd * sum m dy / INR m)) * (v i1)
      + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e3 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma +
    t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i)).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x size Hroot). }
    normal.
  }
  assert (e6 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t * 1) i)) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_3 m beta dy eps gamma x size Hroot). }
    normal.
  }
  split.
  {
    intros i2 Hi2.
    eexists. exact (derivative_4 m beta dy eps gamma p q v x i2 size Hroot Hi2).
  }
  split.
  {
    intros i2 Hi2.
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (move dy (unit i2) t) eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    intros i2 Hi2.
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta (move dy (unit i2) t) eps gamma x size Hroot).
  }
  split.
  {
    intros i2 Hi2.
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta (move dy (unit i2) t) eps gamma x size Hroot).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_3 m beta dy eps gamma x size Hroot).
  }
  change (sum m (fun i2 => dy i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i =>
    move dy (unit i2) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit
    i1) t1) (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i =>
    move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q *
    Derive (fun t1 => sum m (fun i => move dy (unit i2) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t1 * 1) i)) 0) 0) = sum m (fun i1 => v i1 * Derive (fun t => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1)
    t))) eps) gamma beta i)) 0) + p * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) (gamma + t * 1) beta i)) 0 + q * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1) i)) 0).
  rewrite e2.
  rewrite e4.
  rewrite e5.
  rewrite e6.
  normal.
Qed.

Lemma derivative_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1)))
    eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var
    m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0
  (- (Rstd (Var m x (Mean m x)) eps * sum m dy * sum m v / INR m) + Rstd (Var m x (Mean m x)) eps * sum m (fun
    i => dy i * v i) - Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m
    (fun i => (x i - Mean m x) * v i) / INR m).
Proof.
  intros m beta dy eps gamma p q v x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((x i1 - Mean m x) * (gamma + t * 1) *
    Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) / INR m) + dy i1 * (gamma + t
    * 1) * Rstd (Var m x (Mean m x)) eps - (gamma + t * 1) * Rstd (Var m x (Mean m x)) eps * sum m dy / INR
    m)) + p * (Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * dy i)) + q * sum m dy)).
  {
    apply filter_forall; intros t.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit
      i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1))) eps)
      (gamma + t * 1) beta i)) 0 = - ((x i1 - Mean m x) * (gamma + t * 1) * Rstd (Var m x (Mean m x)) eps ^ 3
      * sum m (fun i => (x i - Mean m x) * dy i) / INR m) + dy i1 * (gamma + t * 1) * Rstd (Var m x (Mean m
      x)) eps - (gamma + t * 1) * Rstd (Var m x (Mean m x)) eps * sum m dy / INR m).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_1 m beta dy eps (gamma + t * 1) x i1 size Hroot Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
      (gamma + t * 1 + t1 * 1) beta i)) 0 = Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) *
      dy i)).
    {
      apply is_derive_unique. exact (derivative_2 m beta dy eps (gamma + t * 1) x size Hroot).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
      (gamma + t * 1) (beta + t1 * 1) i)) 0 = sum m dy).
    {
      apply is_derive_unique. exact (derivative_3 m beta dy eps (gamma + t * 1) x size Hroot).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i1 => v i1 * (- ((((x i1 - Mean m x) * (0 + (1 * 1 + 0 * 0)) * Rstd (Var m x
    (Mean m x)) eps ^ 3 + (x i1 - Mean m x) * (gamma + 0 * 1) * 0) * sum m (fun i => (x i - Mean m x) * dy i)
    + (x i1 - Mean m x) * (gamma + 0 * 1) * Rstd (Var m x (Mean m x)) eps ^ 3 * 0) / INR m) + (dy i1 * (0 + (1
    * 1 + 0 * 0)) * Rstd (Var m x (Mean m x)) eps + dy i1 * (gamma + 0 * 1) * 0) - (((0 + (1 * 1 + 0 * 0)) *
    Rstd (Var m x (Mean m x)) eps + (gamma + 0 * 1) * 0) * sum m dy + (gamma + 0 * 1) * Rstd (Var m x (Mean m
    x)) eps * 0) / INR m)) + 0 + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i1 => v i1 * (- ((((x i1 - mean) * (0 + (1 * 1 + 0 * 0)) * rstd ^ 3 + (x i1 - mean) *
    (gamma + 0 * 1) * 0) * sum m (fun i => (x i - mean) * dy i) + (x i1 - mean) * (gamma + 0 * 1) * rstd ^ 3 *
    0) / INR m) + (dy i1 * (0 + (1 * 1 + 0 * 0)) * rstd + dy i1 * (gamma + 0 * 1) * 0) - (((0 + (1 * 1 + 0 *
    0)) * rstd + (gamma + 0 * 1) * 0) * sum m dy + (gamma + 0 * 1) * rstd * 0) / INR m)) + 0 + 0 = - (rstd *
    sum m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  assert (e1 : sum m (fun i1 => v i1 * (- ((((x i1 - mean) * (0 + (1 * 1 + 0 * 0)) * rstd ^ 3 + (x i1 - mean)
    * (gamma + 0 * 1) * 0) * sum m (fun i => (x i - mean) * dy i) + (x i1 - mean) * (gamma + 0 * 1) * rstd ^ 3
    * 0) / INR m) + (dy i1 * (0 + (1 * 1 + 0 * 0)) * rstd + dy i1 * (gamma + 0 * 1) * 0) - (((0 + (1 * 1 + 0 *
    0)) * rstd + (gamma + 0 * 1) * 0) * sum m dy + (gamma + 0 * 1) * rstd * 0) / INR m)) = - (rstd * sum m dy
    * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)
    * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i1 => (- (rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x i1 -
      mean) * v i1) + ((rstd) * (dy i1 * v i1) + ((- (rstd * sum m dy / INR m)) * (v i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** Of $P$ the first term alone has $\gamma$, as a factor. *)
Theorem second_structure_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1)))
    eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var
    m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) (gamma + t * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0)) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  gamma * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1)))
    eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var
    m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0 =
  sum m (fun i1 => v i1 * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x
    (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0).
Proof.
  intros m beta dy eps gamma p q v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1)
    t1))) eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x)
    (Var m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i
    * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0 = - (rstd * sum
    m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum m (fun i => (x i - mean) *
    dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (rstd * sum m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum
      m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
    { apply is_derive_unique. exact (derivative_6 m beta dy eps gamma p q v x size Hroot). }
    normal.
  }
  assert (e2 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 = - ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1 *
    gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1
      * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e3 : sum m (fun i1 => v i1 * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) = - (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) -
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) * v i1) + ((gamma * rstd) * (dy i1 * v i1) + ((- (gamma * rstd * sum m dy / INR m)) * (v i1)
      + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e2 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    eexists. exact (derivative_6 m beta dy eps gamma p q v x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps (gamma + t * 1) x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta dy eps (gamma + t * 1) x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta dy eps (gamma + t * 1) x size Hroot).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (gamma * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0 = sum m
    (fun i1 => v i1 * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x
    (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0)).
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move
    x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x
    k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x k -
    Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m
    (fun i => (x i - Mean m x) * v i) / INR m ^ 2 - (x k - Mean m x) * p * Rstd (Var m x (Mean m x)) eps ^ 3 *
    sum m (fun i => (x i - Mean m x) * dy i) / INR m - dy k * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum
    m (fun i => (x i - Mean m x) * v i) / INR m + dy k * p * Rstd (Var m x (Mean m x)) eps - v k * gamma *
    Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) / INR m + gamma * Rstd (Var m
    x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m v / INR m ^ 2 + gamma * Rstd (Var
    m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * v i) * sum m dy / INR m ^ 2 - p * Rstd (Var m
    x (Mean m x)) eps * sum m dy / INR m).
Proof.
  intros m beta dy eps gamma p q v x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((move x (unit k) t i1 - Mean m (move x
    (unit k) t)) * gamma * Rstd (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps ^ 3 * sum m (fun
    i => (move x (unit k) t i - Mean m (move x (unit k) t)) * dy i) / INR m) + dy i1 * gamma * Rstd (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps - gamma * Rstd (Var m (move x (unit k) t) (Mean m
    (move x (unit k) t))) eps * sum m dy / INR m)) + p * (Rstd (Var m (move x (unit k) t) (Mean m (move x
    (unit k) t))) eps * sum m (fun i => (move x (unit k) t i - Mean m (move x (unit k) t)) * dy i)) + q * sum
    m dy)).
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
      (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
      t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0 = - ((move x
      (unit k) t i1 - Mean m (move x (unit k) t)) * gamma * Rstd (Var m (move x (unit k) t) (Mean m (move x
      (unit k) t))) eps ^ 3 * sum m (fun i => (move x (unit k) t i - Mean m (move x (unit k) t)) * dy i) / INR
      m) + dy i1 * gamma * Rstd (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps - gamma * Rstd
      (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps * sum m dy / INR m).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x
      (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 =
      Rstd (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps * sum m (fun i => (move x (unit k) t i
      - Mean m (move x (unit k) t)) * dy i)).
    {
      apply is_derive_unique. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x
      (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0 =
      sum m dy).
    {
      apply is_derive_unique. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i2 => v i2 * (- (((((unit k i2 - sum m (unit k) / INR m) * gamma + (move x (unit
    k) 0 i2 - Mean m (move x (unit k) 0)) * 0) * Rstd (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)))
    eps ^ 3 + (move x (unit k) 0 i2 - Mean m (move x (unit k) 0)) * gamma * (3 * (Rstd (Var m (move x (unit k)
    0) (Mean m (move x (unit k) 0))) eps ^ 2 * ((0 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k)
    0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k
    i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit
    k) 0)) + eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2)))) * sum m
    (fun i => (move x (unit k) 0 i - Mean m (move x (unit k) 0)) * dy i) + (move x (unit k) 0 i2 - Mean m
    (move x (unit k) 0)) * gamma * Rstd (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0))) eps ^ 3 * sum
    m (fun i1 => (unit k i1 - sum m (unit k) / INR m) * dy i1 + (move x (unit k) 0 i1 - Mean m (move x (unit
    k) 0)) * 0)) / INR m) + dy i2 * gamma * ((0 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0))
    + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1
    - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k)
    0)) + eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) - (gamma * ((0 *
    sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x
    (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2
    * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps)))) / sqrt (Var m (move x (unit k) 0)
    (Mean m (move x (unit k) 0)) + eps) ^ 2) * sum m dy + gamma * Rstd (Var m (move x (unit k) 0) (Mean m
    (move x (unit k) 0))) eps * 0) / INR m)) + p * ((0 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit
    k) 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 *
    (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x
    (unit k) 0)) + eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2 * sum m
    (fun i => (move x (unit k) 0 i - Mean m (move x (unit k) 0)) * dy i) + Rstd (Var m (move x (unit k) 0)
    (Mean m (move x (unit k) 0))) eps * sum m (fun i1 => (unit k i1 - sum m (unit k) / INR m) * dy i1 + (move
    x (unit k) 0 i1 - Mean m (move x (unit k) 0)) * 0)) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => v i2 * (- (((((unit k i2 - sum m (unit k) / INR m) * gamma + (x i2 - mean) * 0) *
    rstd ^ 3 + (x i2 - mean) * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 *
    ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2)))) * sum m (fun i => (x i - mean) * dy i) + (x i2 - mean) * gamma * rstd ^ 3 * sum m (fun
    i1 => (unit k i1 - sum m (unit k) / INR m) * dy i1 + (x i1 - mean) * 0)) / INR m) + dy i2 * gamma * ((0 *
    sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m)))
    / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) - (gamma * ((0 * sqrt (var + eps) - 1 *
    ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 *
    sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma * rstd * 0) / INR m)) + p * ((0 * sqrt (var
    + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m +
    0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * sum m (fun i => (x i - mean) * dy i) + rstd * sum m
    (fun i1 => (unit k i1 - sum m (unit k) / INR m) * dy i1 + (x i1 - mean) * 0)) + 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum
    m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
    i => (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i)
    / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m + dy k * p * rstd - v k *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i
    - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy
    / INR m ^ 2 - p * rstd * sum m dy / INR m).
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
  assert (e4 : sum m (fun i1 => (unit k i1 - sum m (unit k) / INR m) * dy i1 + (x i1 - mean) * 0) = dy k - sum
    m dy / INR m).
  {
    transitivity (sum m (fun i1 => (1) * (dy i1 * unit k i1) + ((- (1 / INR m)) * (dy i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i1 => dy i1) Hk).
    normal.
  }
  assert (e5 : sum m (fun i2 => v i2 * (- (((((unit k i2 - sum m (unit k) / INR m) * gamma + (x i2 - mean) *
    0) * rstd ^ 3 + (x i2 - mean) * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2
    * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2)))) * sum m (fun i => (x i - mean) * dy i) + (x i2 - mean) * gamma * rstd ^ 3 * sum m
    (fun i1 => (unit k i1 - sum m (unit k) / INR m) * dy i1 + (x i1 - mean) * 0)) / INR m) + dy i2 * gamma *
    ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR
    m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) - (gamma * ((0 * sqrt (var + eps) - 1
    * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 *
    sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma * rstd * 0) / INR m)) = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum
    m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
    i => (x i - mean) * v i) / INR m ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR
    m - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) *
    sum m dy / INR m ^ 2).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * (v
      i2 * unit k i2) + (((x k - mean) * gamma * rstd ^ 3 * sum m dy / INR m ^ 2 + gamma * rstd ^ 3 * sum m
      (fun i => (x i - mean) * dy i) / INR m ^ 2) * (v i2) + ((3 * (x k - mean) * gamma * rstd ^ 5 * sum m
      (fun i => (x i - mean) * dy i) / INR m ^ 2 - dy k * gamma * rstd ^ 3 / INR m + gamma * rstd ^ 3 * sum m
      dy / INR m ^ 2) * ((x i2 - mean) * v i2) + ((- ((x k - mean) * gamma * rstd ^ 3 / INR m)) * (dy i2 * v
      i2) + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e4.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => v i2) Hk).
    normal.
  }
  rewrite e5.
  rewrite e4.
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_8 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h : nat -> R) (p q : R) (v x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move
    x h t) (unit i1) t1) (Mean m (move (move x h t) (unit i1) t1)) (Var m (move (move x h t) (unit i1) t1)
    (Mean m (move (move x h t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps) (gamma +
    t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x h t) (Mean m (move x h
    t)) (Var m (move x h t) (Mean m (move x h t))) eps) gamma (beta + t1 * 1) i)) 0) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => h
    i * v i) / INR m) - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) *
    sum m (fun i => dy i * v i) / INR m - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i -
    Mean m x) * v i) * sum m (fun i => dy i * h i) / INR m + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m
    (fun i => (x i - Mean m x) * dy i) * sum m h * sum m v / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps
    ^ 3 * sum m (fun i => (x i - Mean m x) * h i) * sum m dy * sum m v / INR m ^ 2 + gamma * Rstd (Var m x
    (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * v i) * sum m dy * sum m h / INR m ^ 2 + 3 * gamma
    * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i -
    Mean m x) * h i) * sum m (fun i => (x i - Mean m x) * v i) / INR m ^ 2 - p * Rstd (Var m x (Mean m x)) eps
    * sum m dy * sum m h / INR m + p * Rstd (Var m x (Mean m x)) eps * sum m (fun i => dy i * h i) - p * Rstd
    (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i - Mean m x)
    * h i) / INR m).
Proof.
  intros m beta dy eps gamma h p q v x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => sum m (fun i1 => v i1 * (- ((move x h t i1 - Mean m (move x h t)) *
    gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m
    (move x h t)) * dy i) / INR m) + dy i1 * gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps -
    gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m dy / INR m)) + p * (Rstd (Var m (move
    x h t) (Mean m (move x h t))) eps * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i)) + q *
    sum m dy)).
  {
    refine (filter_imp _ _ _ (near m x h eps size Hroot)); intros t Ht.
    assert (inner1 : forall i1, (i1 < m)%nat -> Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
      h t) (unit i1) t1) (Mean m (move (move x h t) (unit i1) t1)) (Var m (move (move x h t) (unit i1) t1)
      (Mean m (move (move x h t) (unit i1) t1))) eps) gamma beta i)) 0 = - ((move x h t i1 - Mean m (move x h
      t)) * gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i -
      Mean m (move x h t)) * dy i) / INR m) + dy i1 * gamma * Rstd (Var m (move x h t) (Mean m (move x h t)))
      eps - gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m dy / INR m).
    {
      intros i1 Hi1.
      apply is_derive_unique. exact (derivative_1 m beta dy eps gamma (move x h t) i1 size Ht Hi1).
    }
    assert (inner2 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x h t) (Mean m (move x h t)) (Var
      m (move x h t) (Mean m (move x h t))) eps) (gamma + t1 * 1) beta i)) 0 = Rstd (Var m (move x h t) (Mean
      m (move x h t))) eps * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i)).
    {
      apply is_derive_unique. exact (derivative_2 m beta dy eps gamma (move x h t) size Ht).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x h t) (Mean m (move x h t)) (Var
      m (move x h t) (Mean m (move x h t))) eps) gamma (beta + t1 * 1) i)) 0 = sum m dy).
    {
      apply is_derive_unique. exact (derivative_3 m beta dy eps gamma (move x h t) size Ht).
    }
    same ltac:(first [apply inner1; assumption | apply inner2; assumption | apply inner3; assumption]).
  }
  apply (d_eq _ _ (sum m (fun i2 => v i2 * (- (((((h i2 - sum m h / INR m) * gamma + (move x h 0 i2 - Mean m
    (move x h 0)) * 0) * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 + (move x h 0 i2 - Mean m
    (move x h 0)) * gamma * (3 * (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h
    0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2)))) * sum m (fun i => (move x h 0 i -
    Mean m (move x h 0)) * dy i) + (move x h 0 i2 - Mean m (move x h 0)) * gamma * Rstd (Var m (move x h 0)
    (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean
    m (move x h 0)) * 0)) / INR m) + dy i2 * gamma * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m)))
    / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps) ^ 2) - (gamma * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) -
    1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m
    + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m
    (move x h 0)) + eps) ^ 2) * sum m dy + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * 0) /
    INR m)) + p * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 *
    ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2 *
    sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) + Rstd (Var m (move x h 0) (Mean m (move x h
    0))) eps * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0))
    + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => v i2 * (- (((((h i2 - sum m h / INR m) * gamma + (x i2 - mean) * 0) * rstd ^ 3 + (x
    i2 - mean) * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^
    1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) * sum m
    (fun i => (x i - mean) * dy i) + (x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR
    m) * dy i1 + (x i1 - mean) * 0)) / INR m) + dy i2 * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1
    => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var
    + eps) ^ 2) - (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 -
    sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma *
    rstd * 0) / INR m)) + p * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 -
    sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * sum m (fun i => (x i -
    mean) * dy i) + rstd * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x i1 - mean) * 0)) + 0 = -
    (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => h i * v i) / INR m) - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => dy i * v i) / INR m - gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * h i) / INR m + gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) * sum m h * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * h i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) *
    sum m dy * sum m h / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
    i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - p * rstd * sum m dy * sum m h
    / INR m + p * rstd * sum m (fun i => dy i * h i) - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) *
    sum m (fun i => (x i - mean) * h i) / INR m).
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
  assert (e4 : sum m (fun i2 => v i2 * (- (((((h i2 - sum m h / INR m) * gamma + (x i2 - mean) * 0) * rstd ^ 3
    + (x i2 - mean) * gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 -
    mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))))
    * sum m (fun i => (x i - mean) * dy i) + (x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m
    h / INR m) * dy i1 + (x i1 - mean) * 0)) / INR m) + dy i2 * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m
    (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2) - (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 *
    (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy +
    gamma * rstd * 0) / INR m)) = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i =>
    h i * v i) / INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => dy i * v i)
    / INR m - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * h i) / INR m +
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m h * sum m v / INR m ^ 2 + gamma * rstd ^ 3
    * sum m (fun i => (x i - mean) * h i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i
    => (x i - mean) * v i) * sum m dy * sum m h / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * (h
      i2 * v i2) + ((gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m h / INR m ^ 2 + gamma *
      rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m dy / INR m ^ 2) * (v i2) + ((- (gamma * rstd ^ 3
      * sum m (fun i => dy i * h i) / INR m) + gamma * rstd ^ 3 * sum m dy * sum m h / INR m ^ 2 + 3 * gamma *
      rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) / INR m ^ 2) * ((x
      i2 - mean) * v i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m)) * (dy i2 * v
      i2) + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e4.
  rewrite e3.
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** How $P$ moves where $x$ does. *)
Theorem second_structure_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i2, (i2 < m)%nat -> ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum
    m (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t)
    (unit i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1))) eps) gamma beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) gamma (beta + t1 * 1) i)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x u t) (unit i1) t1) (Mean m (move (move x u t) (unit i1) t1)) (Var m (move (move x u t) (unit i1)
    t1) (Mean m (move (move x u t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps)
    (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m
    (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x u t) (unit i1) t1) (Mean m (move (move x u t) (unit i1) t1)) (Var m (move (move x u t) (unit
    i1) t1) (Mean m (move (move x u t) (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move
    x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move
    x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) gamma (beta + t1 * 1) i)) 0)) /\
  sum m (fun i2 => u i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)) (Var m
    (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps) gamma
    beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1) beta i)) 0
    + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x (unit i2) t))
    (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) =
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t)
    (unit i1) t1) (Mean m (move (move x u t) (unit i1) t1)) (Var m (move (move x u t) (unit i1) t1) (Mean m
    (move (move x u t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) (gamma + t1 * 1)
    beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var
    m (move x u t) (Mean m (move x u t))) eps) gamma (beta + t1 * 1) i)) 0) 0.
Proof.
  intros m beta dy eps gamma p q u v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i2, (i2 < m)%nat -> Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t)
    (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1
    * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move
    x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x i2 - mean) * gamma
    * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i
    - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x i2 - mean) * p * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i) / INR m - dy i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m + dy i2 * p * rstd - v i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i
    => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m).
  {
    intros i2 Hi2.
    transitivity (- ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x i2 - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x i2 - mean) * p * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * v i) / INR m + dy i2 * p * rstd - v i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
      m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 *
      sum m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma p q v x i2 size Hroot Hi2). }
    normal.
  }
  assert (e2 : sum m (fun i2 => u i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v i) / INR m) -
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v
    i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - p * rstd * sum m dy *
    sum m u / INR m + p * rstd * sum m (fun i => dy i * u i) - p * rstd ^ 3 * sum m (fun i => (x i - mean) *
    dy i) * sum m (fun i => (x i - mean) * u i) / INR m).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + gamma * rstd
      ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum
      m (fun i => (x i - mean) * v i) / INR m ^ 2 - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
      m) * ((x i2 - mean) * u i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + p *
      rstd) * (dy i2 * u i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * (u i2
      * v i2) + ((gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd
      ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m) * (u i2)
      + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite (e1 i2 Hi2).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x u t) (unit i1) t1) (Mean m (move (move x u t) (unit i1) t1)) (Var m (move (move x u t) (unit i1)
    t1) (Mean m (move (move x u t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps)
    (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m
    (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - (gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v i) / INR m) - gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m - gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) *
    sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy * sum m
    u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean)
    * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - p * rstd * sum m dy * sum m u / INR m + p *
    rstd * sum m (fun i => dy i * u i) - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i =>
    (x i - mean) * u i) / INR m).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v i) /
      INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma *
      rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x
      i - mean) * v i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean)
      * dy i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - p *
      rstd * sum m dy * sum m u / INR m + p * rstd * sum m (fun i => dy i * u i) - p * rstd ^ 3 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m).
    { apply is_derive_unique. exact (derivative_8 m beta dy eps gamma u p q v x size Hroot). }
    normal.
  }
  split.
  {
    intros i2 Hi2.
    eexists. exact (derivative_7 m beta dy eps gamma p q v x i2 size Hroot Hi2).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit i2) t) i1 size Ht Hi1).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_8 m beta dy eps gamma u p q v x size Hroot).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x u eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x u t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x u t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x u t) size Ht).
  }
  change (sum m (fun i2 => u i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))
    (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps)
    gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) = Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move
    x u t) (unit i1) t1) (Mean m (move (move x u t) (unit i1) t1)) (Var m (move (move x u t) (unit i1) t1)
    (Mean m (move (move x u t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) (gamma +
    t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move x u
    t)) (Var m (move x u t) (Mean m (move x u t))) eps) gamma (beta + t1 * 1) i)) 0) 0).
  rewrite e2.
  rewrite e3.
  normal.
Qed.

(** The Hessian is symmetric ... *)
Theorem second_structure_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i2, (i2 < m)%nat -> ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum
    m (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t)
    (unit i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1))) eps) gamma beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) gamma (beta + t1 * 1) i)) 0)) /\
  (forall i2, (i2 < m)%nat -> ex_derive (fun t : R => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum
    m (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t)
    (unit i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1))) eps) gamma beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) gamma (beta + t1 * 1) i)) 0)) /\
  sum m (fun i2 => u i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)) (Var m
    (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps) gamma
    beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1) beta i)) 0
    + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x (unit i2) t))
    (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) =
  sum m (fun i2 => v i2 * Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)) (Var m
    (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps) gamma
    beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1) beta i)) 0
    + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x (unit i2) t))
    (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0) 0).
Proof.
  intros m beta dy eps gamma u v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i2, (i2 < m)%nat -> Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1))) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t)
    (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1
    * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move
    x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x i2 - mean) * gamma
    * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i
    - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - dy i2 * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * v i) / INR m - v i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
    + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2).
  {
    intros i2 Hi2.
    transitivity (- ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x i2 - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x i2 - mean) * 0 * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * v i) / INR m + dy i2 * 0 * rstd - v i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
      m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 *
      sum m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma 0 0 v x i2 size Hroot Hi2). }
    normal.
  }
  assert (e2 : sum m (fun i2 => u i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v i) / INR m) -
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v
    i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + gamma * rstd
      ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum
      m (fun i => (x i - mean) * v i) / INR m ^ 2) * ((x i2 - mean) * u i2) + ((- (gamma * rstd ^ 3 * sum m
      (fun i => (x i - mean) * v i) / INR m)) * (dy i2 * u i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i
      - mean) * dy i) / INR m)) * (u i2 * v i2) + ((gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) *
      sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2) *
      (u i2) + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite (e1 i2 Hi2).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : forall i2, (i2 < m)%nat -> Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1))) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t)
    (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1
    * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move
    x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / INR m) + (x i2 - mean) * gamma
    * rstd ^ 3 * sum m dy * sum m u / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i
    - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m ^ 2 - dy i2 * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * u i) / INR m - u i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
    + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * u i) * sum m dy / INR m ^ 2).
  {
    intros i2 Hi2.
    transitivity (- ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / INR m) + (x i2 - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m u / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m ^ 2 - (x i2 - mean) * 0 * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * u i) / INR m + dy i2 * 0 * rstd - u i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
      m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 *
      sum m (fun i => (x i - mean) * u i) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma 0 0 u x i2 size Hroot Hi2). }
    normal.
  }
  assert (e4 : sum m (fun i2 => v i2 * Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v i) / INR m) -
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v
    i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / INR m) + gamma * rstd
      ^ 3 * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum
      m (fun i => (x i - mean) * u i) / INR m ^ 2) * ((x i2 - mean) * v i2) + ((- (gamma * rstd ^ 3 * sum m
      (fun i => (x i - mean) * u i) / INR m)) * (dy i2 * v i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i
      - mean) * dy i) / INR m)) * (u i2 * v i2) + ((gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) *
      sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m dy / INR m ^ 2) *
      (v i2) + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite (e3 i2 Hi2).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i2 Hi2.
    eexists. exact (derivative_7 m beta dy eps gamma 0 0 v x i2 size Hroot Hi2).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit i2) t) i1 size Ht Hi1).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  split.
  {
    intros i2 Hi2.
    eexists. exact (derivative_7 m beta dy eps gamma 0 0 u x i2 size Hroot Hi2).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit i2) t) i1 size Ht Hi1).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  change (sum m (fun i2 => u i2 * Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))
    (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps)
    gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) = sum m (fun i2 => v i2 * Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy
    i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))
    (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps)
    gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0)).
  rewrite e2.
  rewrite e4.
  normal.
Qed.

(** ... and linear, ... *)
Theorem second_structure_7 :
  forall (m : nat) (beta c : R) (dy : nat -> R) (eps gamma : R) (u w x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => (u i1 + c * w i1) * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta
    i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => w i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  Derive (fun t => sum m (fun i1 => (u i1 + c * w i1) * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 =
  Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 + c * Derive (fun t => sum m (fun i1 => w i1 *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move
    (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x
    (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t)))
    eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k)
    t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta
    + t1 * 1) i)) 0) 0.
Proof.
  intros m beta c dy eps gamma u w x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * (u i + c * w i)) = c * sum m (fun i => dy i * w i) + sum m (fun i => dy
    i * u i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * u i) + ((c) * (dy i * w i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => u i + c * w i) = c * sum m w + sum m u).
  {
    transitivity (sum m (fun i => (1) * (u i) + ((c) * (w i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * (u i + c * w i)) = c * sum m (fun i => (x i - mean) * w i) + sum
    m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * u i) + ((c) * ((x i - mean) * w i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e4 : Derive (fun t => sum m (fun i1 => (u i1 + c * w i1) * Derive (fun t1 => sum m (fun i => dy i *
    Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta
    i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - ((x k - mean) * c *
    gamma * rstd ^ 3 * sum m (fun i => dy i * w i) / INR m) + (x k - mean) * c * gamma * rstd ^ 3 * sum m dy *
    sum m w / INR m ^ 2 + 3 * (x k - mean) * c * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum
    m (fun i => (x i - mean) * w i) / INR m ^ 2 - (x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * u
    i) / INR m + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m u / INR m ^ 2 + 3 * (x k - mean) * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m ^ 2 - dy k *
    c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * w i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * u i) / INR m - u k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m -
    w k * c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + c * gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i) * sum m w / INR m ^ 2 + c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * w i) * sum m dy / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u / INR m
    ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m dy / INR m ^ 2).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * (u i + c * w i)) / INR m) + (x k
      - mean) * gamma * rstd ^ 3 * sum m dy * sum m (fun i => u i + c * w i) / INR m ^ 2 + 3 * (x k - mean) *
      gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * (u i + c * w
      i)) / INR m ^ 2 - (x k - mean) * 0 * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m - dy k *
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * (u i + c * w i)) / INR m + dy k * 0 * rstd - (u k + c
      * w k) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun
      i => (x i - mean) * dy i) * sum m (fun i => u i + c * w i) / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * (u i + c * w i)) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma 0 0 (fun i => u i + c * w i) x k size
      Hroot Hk). }
    rewrite e3.
    rewrite e1.
    rewrite e2.
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - ((x k - mean) * gamma * rstd ^ 3 *
    sum m (fun i => dy i * u i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m u / INR m ^ 2 +
    3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean)
    * u i) / INR m ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m - u k * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m dy / INR m
    ^ 2).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * u i) / INR m) + (x k - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m u / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m ^ 2 - (x k - mean) * 0 * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * u i) / INR m + dy k * 0 * rstd - u k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
      + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * u i) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma 0 0 u x k size Hroot Hk). }
    normal.
  }
  assert (e6 : Derive (fun t => sum m (fun i1 => w i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - ((x k - mean) * gamma * rstd ^ 3 *
    sum m (fun i => dy i * w i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m w / INR m ^ 2 +
    3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean)
    * w i) / INR m ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * w i) / INR m - w k * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i) * sum m w / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * w i) * sum m dy / INR m
    ^ 2).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * w i) / INR m) + (x k - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m w / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * w i) / INR m ^ 2 - (x k - mean) * 0 * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * w i) / INR m + dy k * 0 * rstd - w k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
      + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m w / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * w i) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma 0 0 w x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma 0 0 (fun i => u i + c * w i) x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma 0 0 u x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma 0 0 w x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  change (Derive (fun t => sum m (fun i1 => (u i1 + c * w i1) * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta
    i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = Derive (fun t => sum m
    (fun i1 => u i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (unit k) t) (unit i1) t1)
    (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k) t) (unit i1) t1) (Mean m
    (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x
    (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t)))
    eps) gamma (beta + t1 * 1) i)) 0) 0 + c * Derive (fun t => sum m (fun i1 => w i1 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit
    i1) t1)) (Var m (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0).
  rewrite e4.
  rewrite e5.
  rewrite e6.
  normal.
Qed.

(** ... as the Jacobian is. *)
Theorem second_structure_8 :
  forall (m : nat) (beta c eps gamma : R) (u w x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Y (Xhat (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w
    i) t)) (Var m (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w i) t))) eps) gamma
    beta k) 0) /\
  (ex_derive (fun t : R => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u
    t))) eps) gamma beta k) 0) /\
  (ex_derive (fun t : R => Y (Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => Y (Xhat (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w i) t))
    (Var m (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w i) t))) eps) gamma beta
    k) 0 =
  Derive (fun t => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps)
    gamma beta k) 0 + c * Derive (fun t => Y (Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t)
    (Mean m (move x w t))) eps) gamma beta k) 0.
Proof.
  intros m beta c eps gamma u w x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => (x i - mean) * (u i + c * w i)) = c * sum m (fun i => (x i - mean) * w i) + sum
    m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * u i) + ((c) * ((x i - mean) * w i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => u i + c * w i) = c * sum m w + sum m u).
  {
    transitivity (sum m (fun i => (1) * (u i) + ((c) * (w i) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => Y (Xhat (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c
    * w i) t)) (Var m (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w i) t))) eps)
    gamma beta k) 0 = - ((x k - mean) * c * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * w i) / INR m) -
    (x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m + u k * gamma * rstd + w k *
    c * gamma * rstd - c * gamma * rstd * sum m w / INR m - gamma * rstd * sum m u / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * (u i + c * w i)) / INR
      m) + (u k + c * w k) * gamma * rstd - gamma * rstd * sum m (fun i => u i + c * w i) / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma (fun i => u i + c * w i) x k size Hroot
      Hk). }
    rewrite e1.
    rewrite e2.
    normal.
  }
  assert (e4 : Derive (fun t => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x
    u t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) /
    INR m) + u k * gamma * rstd - gamma * rstd * sum m u / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m) + u k *
      gamma * rstd - gamma * rstd * sum m u / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma u x k size Hroot Hk). }
    normal.
  }
  assert (e5 : Derive (fun t => Y (Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x
    w t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * w i) /
    INR m) + w k * gamma * rstd - gamma * rstd * sum m w / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * w i) / INR m) + w k *
      gamma * rstd - gamma * rstd * sum m w / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma w x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma (fun i => u i + c * w i) x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma u x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma w x k size Hroot Hk).
  }
  change (Derive (fun t => Y (Xhat (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w
    i) t)) (Var m (move x (fun i => u i + c * w i) t) (Mean m (move x (fun i => u i + c * w i) t))) eps) gamma
    beta k) 0 = Derive (fun t => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move
    x u t))) eps) gamma beta k) 0 + c * Derive (fun t => Y (Xhat (move x w t) (Mean m (move x w t)) (Var m
    (move x w t) (Mean m (move x w t))) eps) gamma beta k) 0).
  rewrite e3.
  rewrite e4.
  rewrite e5.
  normal.
Qed.

(** Forward mode does not see a shift ... *)
Theorem second_structure_9 :
  forall (m : nat) (beta c eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Y (Xhat (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t)) (Var m
    (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t))) eps) gamma beta k) 0) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => Y (Xhat (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t)) (Var m (move
    (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t))) eps) gamma beta k) 0 =
  Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps)
    gamma beta k) 0.
Proof.
  intros m beta c eps gamma v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  {
    change (sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps = rstd).
  {
    change (1 / sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = rstd).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * v i1) = sum m (fun i => (x i - mean)
    * v i)).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p8 : 0 < Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps).
  { apply (is_positive _ (1 / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e9 : Derive (fun t => Y (Xhat (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t))
    (Var m (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t))) eps) gamma beta k) 0 = - ((x
    k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k * gamma * rstd - gamma *
    rstd * sum m v / INR m).
  {
    transitivity (- ((x k + c - Mean m (fun i => x i + c)) * gamma * Rstd (Var m (fun i => x i + c) (Mean m
      (fun i => x i + c))) eps ^ 3 * sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * v i1) / INR m)
      + v k * gamma * Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps - gamma * Rstd (Var m
      (fun i => x i + c) (Mean m (fun i => x i + c))) eps * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma v (fun i => x i + c) k size p8 Hk). }
    rewrite e6.
    rewrite e7.
    rewrite e2.
    normal.
  }
  assert (e10 : Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move
    x v t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m) + v k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma v (fun i => x i + c) k size p8 Hk).
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma v x k size Hroot Hk).
  }
  change (Derive (fun t => Y (Xhat (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t)) (Var m
    (move (fun i => x i + c) v t) (Mean m (move (fun i => x i + c) v t))) eps) gamma beta k) 0 = Derive (fun t
    => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta
    k) 0).
  rewrite e9.
  rewrite e10.
  normal.
Qed.

(** ... and neither does the second backward pass. *)
Theorem second_structure_10 :
  forall (m : nat) (beta c : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i2 => v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move
    (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => x i + c) (unit k) t)
    (unit i2) t1)) (Var m (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i
    => x i + c) (unit k) t) (unit i2) t1))) eps) gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 =>
    dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t)) (Var m
    (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t))) eps) (gamma + t1 * 1)
    beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t)
    (Mean m (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move
    (fun i => x i + c) (unit k) t))) eps) gamma (beta + t1 * 1) i1)) 0) 0) /\
  (locally 0 (fun t : R => forall i2, (i2 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y
    (Xhat (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => x i + c)
    (unit k) t) (unit i2) t1)) (Var m (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move
    (move (fun i => x i + c) (unit k) t) (unit i2) t1))) eps) gamma beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c)
    (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t)
    (Mean m (move (fun i => x i + c) (unit k) t))) eps) (gamma + t1 * 1) beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c)
    (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t)
    (Mean m (move (fun i => x i + c) (unit k) t))) eps) gamma (beta + t1 * 1) i1)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  Derive (fun t => sum m (fun i2 => v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (move (fun
    i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => x i + c) (unit k) t) (unit i2) t1))
    (Var m (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => x i + c)
    (unit k) t) (unit i2) t1))) eps) gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => dy i1 * Y
    (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t)) (Var m (move (fun
    i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t))) eps) (gamma + t1 * 1) beta i1)) 0
    + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m
    (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i =>
    x i + c) (unit k) t))) eps) gamma (beta + t1 * 1) i1)) 0) 0 =
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0.
Proof.
  intros m beta c dy eps gamma p q v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  {
    change (sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps = rstd).
  {
    change (1 / sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = rstd).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * dy i1) = sum m (fun i => (x i - mean)
    * dy i)).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * v i1) = sum m (fun i => (x i - mean)
    * v i)).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p9 : 0 < Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps).
  { apply (is_positive _ (1 / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e10 : Derive (fun t => sum m (fun i2 => v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat
    (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => x i + c) (unit k)
    t) (unit i2) t1)) (Var m (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun
    i => x i + c) (unit k) t) (unit i2) t1))) eps) gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 =>
    dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t)) (Var m
    (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t))) eps) (gamma + t1 * 1)
    beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t)
    (Mean m (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move
    (fun i => x i + c) (unit k) t))) eps) gamma (beta + t1 * 1) i1)) 0) 0 = - ((x k - mean) * gamma * rstd ^ 3
    * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2
    + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m - dy
    k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m + dy k * p * rstd - v k * gamma * rstd
    ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy
    i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 -
    p * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k + c - Mean m (fun i => x i + c)) * gamma * Rstd (Var m (fun i => x i + c) (Mean m
      (fun i => x i + c))) eps ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k + c - Mean m (fun i => x i +
      c)) * gamma * Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps ^ 3 * sum m dy * sum m v /
      INR m ^ 2 + 3 * (x k + c - Mean m (fun i => x i + c)) * gamma * Rstd (Var m (fun i => x i + c) (Mean m
      (fun i => x i + c))) eps ^ 5 * sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * dy i1) * sum m
      (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * v i1) / INR m ^ 2 - (x k + c - Mean m (fun i => x i
      + c)) * p * Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps ^ 3 * sum m (fun i1 => (x i1
      + c - Mean m (fun i => x i + c)) * dy i1) / INR m - dy k * gamma * Rstd (Var m (fun i => x i + c) (Mean
      m (fun i => x i + c))) eps ^ 3 * sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * v i1) / INR m
      + dy k * p * Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps - v k * gamma * Rstd (Var m
      (fun i => x i + c) (Mean m (fun i => x i + c))) eps ^ 3 * sum m (fun i1 => (x i1 + c - Mean m (fun i =>
      x i + c)) * dy i1) / INR m + gamma * Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps ^ 3
      * sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * dy i1) * sum m v / INR m ^ 2 + gamma * Rstd
      (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps ^ 3 * sum m (fun i1 => (x i1 + c - Mean m
      (fun i => x i + c)) * v i1) * sum m dy / INR m ^ 2 - p * Rstd (Var m (fun i => x i + c) (Mean m (fun i
      => x i + c))) eps * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma p q v (fun i => x i + c) k size p9 Hk).
      }
    rewrite e7.
    rewrite e6.
    rewrite e8.
    rewrite e2.
    normal.
  }
  assert (e11 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0)
    + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - ((x k - mean) * gamma *
    rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m v /
    INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i =>
    (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
    m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m + dy k * p * rstd - v k * gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy /
    INR m ^ 2 - p * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * v i) / INR m + dy k * p * rstd - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
      + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma p q v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma p q v (fun i => x i + c) k size p9 Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m (fun i => x i + c) (unit k) eps size p9)); intros t Ht.
    intros i2 Hi2.
    eexists. exact (derivative_1 m beta dy eps gamma (move (fun i => x i + c) (unit k) t) i2 size Ht Hi2).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m (fun i => x i + c) (unit k) eps size p9)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move (fun i => x i + c) (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m (fun i => x i + c) (unit k) eps size p9)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move (fun i => x i + c) (unit k) t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma p q v x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  change (Derive (fun t => sum m (fun i2 => v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move
    (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => x i + c) (unit k) t)
    (unit i2) t1)) (Var m (move (move (fun i => x i + c) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i
    => x i + c) (unit k) t) (unit i2) t1))) eps) gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 =>
    dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t)) (Var m
    (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c) (unit k) t))) eps) (gamma + t1 * 1)
    beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t)
    (Mean m (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move
    (fun i => x i + c) (unit k) t))) eps) gamma (beta + t1 * 1) i1)) 0) 0 = Derive (fun t => sum m (fun i1 =>
    v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m
    (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k) t) (unit i1) t1) (Mean m (move
    (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i *
    Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit
    k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps)
    gamma (beta + t1 * 1) i)) 0) 0).
  rewrite e10.
  rewrite e11.
  normal.
Qed.

(** So nothing moves $P$ along a shift ... *)
Theorem second_structure_11 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i2, (i2 < m)%nat -> ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i
    => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum
    m (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t)
    (unit i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1))) eps) gamma beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (forall i2, (i2 < m)%nat -> locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2)
    t))) eps) gamma (beta + t1 * 1) i)) 0)) /\
  sum m (fun i2 => Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)) (Var m (move
    (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps) gamma beta i))
    0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x (unit i2)
    t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1) beta i)) 0 + q *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x (unit i2) t)) (Var m
    (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) =
  0.
Proof.
  intros m beta dy eps gamma p q v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i2, (i2 < m)%nat -> Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit
    i1) t1)) (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1)
    t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t)
    (Mean m (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1
    * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move
    x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i))
    0) 0 = - ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x i2 - mean) * gamma
    * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i
    - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x i2 - mean) * p * rstd ^ 3 * sum m
    (fun i => (x i - mean) * dy i) / INR m - dy i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m + dy i2 * p * rstd - v i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i
    => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m).
  {
    intros i2 Hi2.
    transitivity (- ((x i2 - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x i2 - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x i2 - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x i2 - mean) * p * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * v i) / INR m + dy i2 * p * rstd - v i2 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
      m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 *
      sum m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma p q v x i2 size Hroot Hi2). }
    normal.
  }
  assert (e2 : sum m (fun i2 => Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy
    i * Y (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))
    (Var m (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps)
    gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m
    (move x (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1)
    beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0)
    0) = 0).
  {
    transitivity (sum m (fun i2 => (- (gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + gamma * rstd
      ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum
      m (fun i => (x i - mean) * v i) / INR m ^ 2 - p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
      m) * (x i2 - mean) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + p * rstd) *
      (dy i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * (v i2) + ((gamma *
      rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i
      => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m) * (1) + (0)))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite (e1 i2 Hi2).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  split.
  {
    intros i2 Hi2.
    eexists. exact (derivative_7 m beta dy eps gamma p q v x i2 size Hroot Hi2).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit i2) t) i1 size Ht Hi1).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  split.
  {
    intros i2 Hi2.
    refine (filter_imp _ _ _ (near m x (unit i2) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit i2) t) size Ht).
  }
  change (sum m (fun i2 => Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1)) (Var m
    (move (move x (unit i2) t) (unit i1) t1) (Mean m (move (move x (unit i2) t) (unit i1) t1))) eps) gamma
    beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x
    (unit i2) t)) (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) (gamma + t1 * 1) beta i)) 0
    + q * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i2) t) (Mean m (move x (unit i2) t))
    (Var m (move x (unit i2) t) (Mean m (move x (unit i2) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) = 0).
  rewrite e2.
  normal.
Qed.

(** ... nor the gradient. *)
Theorem second_structure_12 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => 1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0
  (0).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * 1) = sum m dy).
  {
    transitivity (sum m (fun i => (1) * (dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => 1) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * 1) = 0).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  apply (d_eq _ _ _ _ (derivative_7 m beta dy eps gamma 0 0 (fun i => 1) x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * 1) / INR m) + (x k - mean) * gamma *
    rstd ^ 3 * sum m dy * sum m (fun i => 1) / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i
    => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * 1) / INR m ^ 2 - (x k - mean) * 0 * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * 1)
    / INR m + dy k * 0 * rstd - 1 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => 1) / INR m ^ 2 + gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * 1) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy / INR m = 0).
  rewrite e3.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** A constant $\mathrm{d}y$ has no gradient, for any $x$, hence no Hessian. *)
Theorem second_structure_13 :
  forall (m : nat) (beta eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => 1 * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => 1 * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => 1 * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => 1 * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + 0 * Derive
    (fun t1 => sum m (fun i => 1 * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive (fun t1 => sum m
    (fun i => 1 * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m
    (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0
  (0).
Proof.
  intros m beta eps gamma v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => 1 * v i) = sum m v).
  {
    transitivity (sum m (fun i => (1) * (v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : sum m (fun i => 1) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sum m (fun i => (x i - mean) * 1) = 0).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (fun i => 1) eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta (fun i => 1) eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta (fun i => 1) eps gamma (move x (unit k) t) size Ht).
  }
  apply (d_eq _ _ _ _ (derivative_7 m beta (fun i => 1) eps gamma 0 0 v x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => 1 * v i) / INR m) + (x k - mean) * gamma * rstd
    ^ 3 * sum m (fun i => 1) * sum m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x
    i - mean) * 1) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * 0 * rstd ^ 3 * sum m
    (fun i => (x i - mean) * 1) / INR m - 1 * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m +
    1 * 0 * rstd - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * 1) / INR m + gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * 1) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v
    i) * sum m (fun i => 1) / INR m ^ 2 - 0 * rstd * sum m (fun i => 1) / INR m = 0).
  rewrite e3.
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** Where $x$ is $a$ times as wide, the same step is $a$ times less. *)
Theorem second_structure_14 :
  forall (m : nat) (a beta eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t)) (Var m
    (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 * eps)) gamma beta k) 0) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t)) (Var m (move
    (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 * eps)) gamma beta k) 0 =
  Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps)
    gamma beta k) 0 / a.
Proof.
  intros m a beta eps gamma v x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * v i1) = a * sum m (fun i => (x i -
    mean) * v i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p8 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e9 : Derive (fun t => Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))
    (Var m (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 * eps)) gamma beta k)
    0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / (a * INR m)) + v k * gamma
    * rstd / a - gamma * rstd * sum m v / (a * INR m)).
  {
    transitivity (- ((a * x k - Mean m (fun i => a * x i)) * gamma * Rstd (Var m (fun i => a * x i) (Mean m
      (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * v i1)
      / INR m) + v k * gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) -
      gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta (a ^ 2 * eps) gamma v (fun i => a * x i) k size p8
      Hk). }
    rewrite e6.
    rewrite e7.
    rewrite e2.
    normal.
  }
  assert (e10 : Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move
    x v t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m) + v k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_5 m beta eps gamma v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_5 m beta (a ^ 2 * eps) gamma v (fun i => a * x i) k size p8 Hk).
  }
  split.
  {
    eexists. exact (derivative_5 m beta eps gamma v x k size Hroot Hk).
  }
  change (Derive (fun t => Y (Xhat (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t)) (Var m
    (move (fun i => a * x i) v t) (Mean m (move (fun i => a * x i) v t))) (a ^ 2 * eps)) gamma beta k) 0 =
    Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t)))
    eps) gamma beta k) 0 / a).
  rewrite e9.
  rewrite e10.
  normal.
Qed.

(** So $P$ does not see $a$ where $v$ has it too ... *)
Theorem second_structure_15 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t
    i1 * Y (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m
    (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps))
    gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i => a *
    x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps))
    (gamma + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun
    i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
    eps)) gamma (beta + t1 * 1) i1)) 0) 0) /\
  (locally 0 (fun t : R => forall i2, (i2 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i1 => move dy (unit
    k) t i1 * Y (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))
    (Var m (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 *
    eps)) gamma beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i =>
    a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps))
    (gamma + t1 * 1) beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i =>
    a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps))
    gamma (beta + t1 * 1) i1)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    k) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m
    (move x (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0)) /\
  Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y
    (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m (move
    (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps)) gamma
    beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i => a * x i)
    (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma +
    t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i => a *
    x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps))
    gamma (beta + t1 * 1) i1)) 0) 0 =
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0) 0.
Proof.
  intros m a beta dy eps gamma p q v x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * (a * v i1)) = a ^ 2 * sum m (fun i =>
    (x i - mean) * v i)).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => a * v i) = a * sum m v).
  {
    transitivity (sum m (fun i => (a) * (v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p9 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e10 : Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => move dy (unit
    k) t i1 * Y (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))
    (Var m (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 *
    eps)) gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i
    => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
    eps)) (gamma + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y
    (Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x
    i))) (a ^ 2 * eps)) gamma (beta + t1 * 1) i1)) 0) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * v i) / INR m) + (x k - mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR
    m + q).
  {
    transitivity (- ((a * x k - Mean m (fun i => a * x i)) * gamma * Rstd (Var m (fun i => a * x i) (Mean m
      (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * (a *
      v i1)) / INR m) + (a * x k - Mean m (fun i => a * x i)) * p * Rstd (Var m (fun i => a * x i) (Mean m
      (fun i => a * x i))) (a ^ 2 * eps) + a * v k * gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i =>
      a * x i))) (a ^ 2 * eps) - gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
      eps) * sum m (fun i => a * v i) / INR m + q).
    { apply is_derive_unique. exact (derivative_4 m beta dy (a ^ 2 * eps) gamma p q (fun i => a * v i) (fun i
      => a * x i) k size p9 Hk). }
    rewrite e6.
    rewrite e7.
    rewrite e2.
    rewrite e8.
    normal.
  }
  assert (e11 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t
    i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m
    (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t
    i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum
    m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1)
    i)) 0) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k -
    mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k -
      mean) * p * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma p q v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy (a ^ 2 * eps) gamma p q (fun i => a * v i) (fun i => a * x i) k
      size p9 Hk).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i2 Hi2.
    eexists. exact (derivative_1 m beta (move dy (unit k) t) (a ^ 2 * eps) gamma (fun i => a * x i) i2 size p9
      Hi2).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta (move dy (unit k) t) (a ^ 2 * eps) gamma (fun i => a * x i) size p9).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta (move dy (unit k) t) (a ^ 2 * eps) gamma (fun i => a * x i) size p9).
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma p q v x k size Hroot Hk).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (move dy (unit k) t) eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t
    i1 * Y (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m
    (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps))
    gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun i => a *
    x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps))
    (gamma + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => move dy (unit k) t i1 * Y (Xhat (fun
    i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
    eps)) gamma (beta + t1 * 1) i1)) 0) 0 = Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move
    x (unit i1) t1) (Mean m (move x (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun
    i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q
    * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t1 * 1) i)) 0) 0).
  rewrite e10.
  rewrite e11.
  normal.
Qed.

(** ... and neither does its derivative by $\gamma$; ... *)
Theorem second_structure_16 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (ex_derive (fun t : R => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat
    (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m (move (fun i
    => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps)) (gamma + t * 1)
    beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m (fun i =>
    a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1 + t1 * 1)
    beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m (fun i =>
    a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1) (beta + t1
    * 1) i1)) 0) 0) /\
  (locally 0 (fun t : R => forall i2, (i2 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y
    (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m (move
    (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps)) (gamma +
    t * 1) beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean
    m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1
    + t1 * 1) beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean
    m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t *
    1) (beta + t1 * 1) i1)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1)))
    eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var
    m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) (gamma + t * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0)) /\
  Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i
    => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m (move (fun i => a * x i)
    (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps)) (gamma + t * 1) beta i1)) 0)
    + p * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m (fun i => a * x i))
    (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1 + t1 * 1) beta i1)) 0
    + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m (fun i => a * x i))
    (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1) (beta + t1 * 1) i1))
    0) 0 =
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit i1)
    t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1))) eps)
    (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0.
Proof.
  intros m a beta dy eps gamma p q v x Hm Hroot a_positive.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i => a * v i) = a * sum m v).
  {
    transitivity (sum m (fun i => (a) * (v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => dy i * (a * v i)) = a * sum m (fun i => dy i * v i)).
  {
    transitivity (sum m (fun i => (a) * (dy i * v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) = a * sum m (fun i => (x i -
    mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * (a * v i1)) = a ^ 2 * sum m (fun i
    => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p11 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e12 : Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y
    (Xhat (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m (move
    (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps)) (gamma +
    t * 1) beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m
    (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1 +
    t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m
    (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1)
    (beta + t1 * 1) i1)) 0) 0 = - (rstd * sum m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) -
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) * sum m dy *
      sum m (fun i => a * v i) / INR m) + Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
      eps) * sum m (fun i => dy i * (a * v i)) - Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i)))
      (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) * sum m (fun i1 =>
      (a * x i1 - Mean m (fun i => a * x i)) * (a * v i1)) / INR m).
    { apply is_derive_unique. exact (derivative_6 m beta dy (a ^ 2 * eps) gamma p q (fun i => a * v i) (fun i
      => a * x i) size p11). }
    rewrite e6.
    rewrite e10.
    rewrite e9.
    rewrite e8.
    rewrite e7.
    normal.
  }
  assert (e13 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0 = - (rstd *
    sum m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum m (fun i => (x i - mean)
    * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (- (rstd * sum m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum
      m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
    { apply is_derive_unique. exact (derivative_6 m beta dy eps gamma p q v x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_6 m beta dy (a ^ 2 * eps) gamma p q (fun i => a * v i) (fun i => a * x i) size
      p11).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i2 Hi2.
    eexists. exact (derivative_1 m beta dy (a ^ 2 * eps) (gamma + t * 1) (fun i => a * x i) i2 size p11 Hi2).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta dy (a ^ 2 * eps) (gamma + t * 1) (fun i => a * x i) size p11).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta dy (a ^ 2 * eps) (gamma + t * 1) (fun i => a * x i) size p11).
  }
  split.
  {
    eexists. exact (derivative_6 m beta dy eps gamma p q v x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps (gamma + t * 1) x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_2 m beta dy eps (gamma + t * 1) x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_3 m beta dy eps (gamma + t * 1) x size Hroot).
  }
  change (Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat
    (move (fun i => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1)) (Var m (move (fun i
    => a * x i) (unit i2) t1) (Mean m (move (fun i => a * x i) (unit i2) t1))) (a ^ 2 * eps)) (gamma + t * 1)
    beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m (fun i =>
    a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1 + t1 * 1)
    beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (fun i => a * x i) (Mean m (fun i =>
    a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)) (gamma + t * 1) (beta + t1
    * 1) i1)) 0) 0 = Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i =>
    dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0).
  rewrite e12.
  rewrite e13.
  normal.
Qed.

(** ... that by $x$ is divided by $a$. *)
Theorem second_structure_17 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat
    (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => a * x i) (unit k)
    t) (unit i2) t1)) (Var m (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun
    i => a * x i) (unit k) t) (unit i2) t1))) (a ^ 2 * eps)) gamma beta i1)) 0) + p * Derive (fun t1 => sum m
    (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k)
    t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 *
    eps)) (gamma + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i
    => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i)
    (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) gamma (beta + t1 * 1) i1)) 0) 0)
    /\
  (locally 0 (fun t : R => forall i2, (i2 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y
    (Xhat (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => a * x i)
    (unit k) t) (unit i2) t1)) (Var m (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move
    (move (fun i => a * x i) (unit k) t) (unit i2) t1))) (a ^ 2 * eps)) gamma beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i)
    (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t)
    (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) (gamma + t1 * 1) beta i1)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i)
    (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t)
    (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) gamma (beta + t1 * 1) i1)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p *
    Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0) /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (move
    (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => a * x i) (unit k) t) (unit i2)
    t1)) (Var m (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => a * x
    i) (unit k) t) (unit i2) t1))) (a ^ 2 * eps)) gamma beta i1)) 0) + p * Derive (fun t1 => sum m (fun i1 =>
    dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m
    (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) (gamma
    + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i)
    (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t)
    (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) gamma (beta + t1 * 1) i1)) 0) 0 =
  Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 / a.
Proof.
  intros m a beta dy eps gamma p q v x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i => dy i * (a * v i)) = a * sum m (fun i => dy i * v i)).
  {
    transitivity (sum m (fun i => (a) * (dy i * v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => a * v i) = a * sum m v).
  {
    transitivity (sum m (fun i => (a) * (v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) = a * sum m (fun i => (x i -
    mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e10 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * (a * v i1)) = a ^ 2 * sum m (fun i
    => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) * v i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p11 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e12 : Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y
    (Xhat (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => a * x i)
    (unit k) t) (unit i2) t1)) (Var m (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move
    (move (fun i => a * x i) (unit k) t) (unit i2) t1))) (a ^ 2 * eps)) gamma beta i1)) 0) + p * Derive (fun
    t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x
    i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)))
    (a ^ 2 * eps)) (gamma + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move
    (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x
    i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) gamma (beta + t1 * 1) i1)) 0)
    0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / (a * INR m)) + (x k - mean) * gamma
    * rstd ^ 3 * sum m dy * sum m v / (a * INR m ^ 2) + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / (a * INR m ^ 2) - (x k - mean) * p * rstd ^ 3
    * sum m (fun i => (x i - mean) * dy i) / (a * INR m) - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i) / (a * INR m) + dy k * p * rstd / a - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) *
    dy i) / (a * INR m) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / (a * INR m ^ 2)
    + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy / (a * INR m ^ 2) - p * rstd * sum m
    dy / (a * INR m)).
  {
    transitivity (- ((a * x k - Mean m (fun i => a * x i)) * gamma * Rstd (Var m (fun i => a * x i) (Mean m
      (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i => dy i * (a * v i)) / INR m) + (a * x k - Mean m
      (fun i => a * x i)) * gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)
      ^ 3 * sum m dy * sum m (fun i => a * v i) / INR m ^ 2 + 3 * (a * x k - Mean m (fun i => a * x i)) *
      gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) ^ 5 * sum m (fun i1 =>
      (a * x i1 - Mean m (fun i => a * x i)) * dy i1) * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x
      i)) * (a * v i1)) / INR m ^ 2 - (a * x k - Mean m (fun i => a * x i)) * p * Rstd (Var m (fun i => a * x
      i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x
      i)) * dy i1) / INR m - dy k * gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2
      * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * (a * v i1)) / INR m + dy k * p *
      Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) - a * v k * gamma * Rstd (Var
      m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean
      m (fun i => a * x i)) * dy i1) / INR m + gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x
      i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) * sum m (fun i
      => a * v i) / INR m ^ 2 + gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 *
      eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * (a * v i1)) * sum m dy / INR m ^ 2
      - p * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy (a ^ 2 * eps) gamma p q (fun i => a * v i) (fun i
      => a * x i) k size p11 Hk). }
    rewrite e6.
    rewrite e10.
    rewrite e9.
    rewrite e7.
    rewrite e2.
    rewrite e8.
    normal.
  }
  assert (e13 : Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0)
    + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - ((x k - mean) * gamma *
    rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m v /
    INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i =>
    (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR
    m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m + dy k * p * rstd - v k * gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m dy /
    INR m ^ 2 - p * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) *
      gamma * rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i
      => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3
      * sum m (fun i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean)
      * v i) / INR m + dy k * p * rstd - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
      + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma p q v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy (a ^ 2 * eps) gamma p q (fun i => a * v i) (fun i => a * x i) k
      size p11 Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m (fun i => a * x i) (unit k) (a ^ 2 * eps) size p11)); intros t Ht.
    intros i2 Hi2.
    eexists. exact (derivative_1 m beta dy (a ^ 2 * eps) gamma (move (fun i => a * x i) (unit k) t) i2 size Ht
      Hi2).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m (fun i => a * x i) (unit k) (a ^ 2 * eps) size p11)); intros t Ht.
    eexists. exact (derivative_2 m beta dy (a ^ 2 * eps) gamma (move (fun i => a * x i) (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m (fun i => a * x i) (unit k) (a ^ 2 * eps) size p11)); intros t Ht.
    eexists. exact (derivative_3 m beta dy (a ^ 2 * eps) gamma (move (fun i => a * x i) (unit k) t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma p q v x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  change (Derive (fun t => sum m (fun i2 => a * v i2 * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat
    (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun i => a * x i) (unit k)
    t) (unit i2) t1)) (Var m (move (move (fun i => a * x i) (unit k) t) (unit i2) t1) (Mean m (move (move (fun
    i => a * x i) (unit k) t) (unit i2) t1))) (a ^ 2 * eps)) gamma beta i1)) 0) + p * Derive (fun t1 => sum m
    (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k)
    t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 *
    eps)) (gamma + t1 * 1) beta i1)) 0 + q * Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i
    => a * x i) (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i)
    (unit k) t) (Mean m (move (fun i => a * x i) (unit k) t))) (a ^ 2 * eps)) gamma (beta + t1 * 1) i1)) 0) 0
    = Derive (fun t => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x
    (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 / a).
  rewrite e12.
  rewrite e13.
  normal.
Qed.

(** The same as a derivative by $a$ (Euler): at $\epsilon = 0$ the gradient is of degree $-1$, and $\hat{x} /
  r$ is $x$ but for a shift. *)
Theorem second_structure_18 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => Xhat x (Mean m x) (Var m x (Mean m x)) eps i1 * Derive (fun t1 =>
    sum m (fun i => dy i * Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t)
    (unit i1) t1)) (Var m (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1)
    t1))) eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t)
    (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 *
    1) beta i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0)
    /\
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move
    (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i))
    0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1)
    i)) 0)) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i1 => Xhat x (Mean m x) (Var m x (Mean m x)) eps i1 * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit
    i1) t1)) (Var m (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)))
    eps) gamma beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m
    (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta
    i)) 0 + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 =
  - (Rstd (Var m x (Mean m x)) eps * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean
    m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) +
    eps * Rstd (Var m x (Mean m x)) eps ^ 3 * (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit
    k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma
    beta i)) 0 - 2 * gamma * Rstd (Var m x (Mean m x)) eps * Xhat x (Mean m x) (Var m x (Mean m x)) eps k *
    (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m))).
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
  assert (e4 : sum m (Xhat x mean var eps) = 0).
  {
    transitivity (sum m (fun i => (rstd) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e5 : sum m (fun i => (x i - mean) * Xhat x mean var eps i) = rstd * var * INR m).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e6 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e7 : Derive (fun t => sum m (fun i1 => Xhat x mean var eps i1 * Derive (fun t1 => sum m (fun i => dy
    i * Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var
    m (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma
    beta i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0
    * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - (2 * (x k -
    mean) * gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / INR m) + 3 * (x k - mean) * gamma * rstd
    ^ 6 * var * sum m (fun i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 4 * var + gamma * rstd ^
    4 * var * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * Xhat x mean var eps i) / INR m)
      + (x k - mean) * gamma * rstd ^ 3 * sum m dy * sum m (Xhat x mean var eps) / INR m ^ 2 + 3 * (x k -
      mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * Xhat x
      mean var eps i) / INR m ^ 2 - (x k - mean) * 0 * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m
      - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Xhat x mean var eps i) / INR m + dy k * 0 *
      rstd - Xhat x mean var eps k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma *
      rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (Xhat x mean var eps) / INR m ^ 2 + gamma * rstd
      ^ 3 * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m dy / INR m ^ 2 - 0 * rstd * sum m dy
      / INR m).
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma 0 0 (Xhat x mean var eps) x k size Hroot
      Hk). }
    rewrite e5.
    rewrite e3.
    rewrite e4.
    rewrite e6.
    normal.
  }
  assert (e8 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma 0 0 (Xhat x mean var eps) x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i1 => Xhat x mean var eps i1 * Derive (fun t1 => sum m (fun i => dy i *
    Y (Xhat (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m
    (move (move x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta
    i)) 0) + 0 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + 0 * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0 = - (rstd * Derive (fun t =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) + eps * rstd ^ 3 * (Derive (fun t => sum m (fun i =>
    dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x
    (unit k) t))) eps) gamma beta i)) 0 - 2 * gamma * rstd * Xhat x mean var eps k * (sum m (fun i => dy i *
    Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) / INR m)))).
  rewrite e7.
  rewrite e8.
  rewrite e3.
  rewrite e4.
  rewrite e6.
  normal.
Qed.

Lemma derivative_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h
    t) (Mean m (move x h t))) eps) gamma beta i)) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps * sum m dy * sum m h / INR m) + gamma * Rstd (Var m x (Mean m x))
    eps * sum m (fun i => dy i * h i) - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i -
    Mean m x) * dy i) * sum m (fun i => (x i - Mean m x) * h i) / INR m).
Proof.
  intros m beta dy eps gamma h x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0
    i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) *
    ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2) + 0)) = - (gamma * rstd * sum m dy * sum m h / INR m) + gamma * rstd * sum
    m (fun i => dy i * h i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * h i) / INR m).
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
  assert (e3 : sum m (fun i2 => dy i2 * (gamma * (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean)
    * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2) + 0)) = - (gamma * rstd * sum m dy * sum m h / INR m) + gamma * rstd * sum
    m (fun i => dy i * h i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i -
    mean) * h i) / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * h i2) + ((- (gamma * rstd * sum m h / INR m)) *
      (dy i2) + ((- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m)) * ((x i2 - mean) * dy
      i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  normal.
Qed.

Lemma derivative_10 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (move x (fun i => 1) t) u
    t1) (Mean m (move (move x (fun i => 1) t) u t1)) (Var m (move (move x (fun i => 1) t) u t1) (Mean m (move
    (move x (fun i => 1) t) u t1))) eps) gamma beta i1)) 0) 0
  (0).
Proof.
  intros m beta dy eps gamma u x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - (gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
    => 1) t))) eps * sum m dy * sum m u / INR m) + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x
    (fun i => 1) t))) eps * sum m (fun i => dy i * u i) - gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m
    (move x (fun i => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i =>
    1) t)) * dy i1) * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u i1) /
    INR m)).
  {
    refine (filter_imp _ _ _ (near m x (fun i => 1) eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (move x (fun i => 1) t) u t1)
      (Mean m (move (move x (fun i => 1) t) u t1)) (Var m (move (move x (fun i => 1) t) u t1) (Mean m (move
      (move x (fun i => 1) t) u t1))) eps) gamma beta i1)) 0 = - (gamma * Rstd (Var m (move x (fun i => 1) t)
      (Mean m (move x (fun i => 1) t))) eps * sum m dy * sum m u / INR m) + gamma * Rstd (Var m (move x (fun i
      => 1) t) (Mean m (move x (fun i => 1) t))) eps * sum m (fun i => dy i * u i) - gamma * Rstd (Var m (move
      x (fun i => 1) t) (Mean m (move x (fun i => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1
      - Mean m (move x (fun i => 1) t)) * dy i1) * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x
      (fun i => 1) t)) * u i1) / INR m).
    {
      apply is_derive_unique. exact (derivative_9 m beta dy eps gamma u (move x (fun i => 1) t) size Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((gamma * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) +
    eps) - 1 * ((sum m (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 -
    sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun
    i => 1) 0)) + eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2) *
    sum m dy + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps * 0) * sum m
    u + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps * sum m dy * 0) /
    INR m) + (gamma * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - 1 *
    ((sum m (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun
    i => 1) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1)
    0)) + eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2) * sum m
    (fun i => dy i * u i) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps
    * 0) - ((gamma * (3 * (Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 2 * ((0
    * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - 1 * ((sum m (fun i1 => 2 *
    ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun i => 1) / INR m))) /
    INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps)))) / sqrt
    (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2))) * sum m (fun i1 => (move x
    (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) + gamma * Rstd (Var m (move x (fun i => 1) 0)
    (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * dy i1 +
    (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * 0)) * sum m (fun i1 => (move x (fun i => 1)
    0 i1 - Mean m (move x (fun i => 1) 0)) * u i1) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move
    x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0))
    * dy i1) * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (move x (fun i => 1) 0 i1 - Mean m
    (move x (fun i => 1) 0)) * 0)) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m
    (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma
    * rstd * 0) * sum m u + gamma * rstd * sum m dy * 0) / INR m) + (gamma * ((0 * sqrt (var + eps) - 1 *
    ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt
    (var + eps)))) / sqrt (var + eps) ^ 2) * sum m (fun i => dy i * u i) + gamma * rstd * 0) - ((gamma * (3 *
    (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i =>
    1) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 -
    mean) * dy i1) + gamma * rstd ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * dy i1 + (x i1 -
    mean) * 0)) * sum m (fun i1 => (x i1 - mean) * u i1) + gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) *
    dy i1) * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (x i1 - mean) * 0)) / INR m = 0).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => 1) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * dy i1 + (x i1 - mean) * 0) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (x i1 - mean) * 0) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  rewrite e4.
  rewrite e5.
  rewrite e3.
  rewrite e1.
  normal.
Qed.

(** The Hessian form, along a shift ... *)
Theorem second_structure_19 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i1 => dy i1 * Y (Xhat (move (move x (fun i =>
    1) t) u t1) (Mean m (move (move x (fun i => 1) t) u t1)) (Var m (move (move x (fun i => 1) t) u t1) (Mean
    m (move (move x (fun i => 1) t) u t1))) eps) gamma beta i1)) 0)) /\
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i1 => dy i1 * Y (Xhat (move (move x (fun i => 1) t) u
    t1) (Mean m (move (move x (fun i => 1) t) u t1)) (Var m (move (move x (fun i => 1) t) u t1) (Mean m (move
    (move x (fun i => 1) t) u t1))) eps) gamma beta i1)) 0) 0
  (0).
Proof.
  intros m beta dy eps gamma u x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  split.
  {
    refine (filter_imp _ _ _ (near m x (fun i => 1) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_9 m beta dy eps gamma u (move x (fun i => 1) t) size Ht).
  }
  apply (d_eq _ _ _ _ (derivative_10 m beta dy eps gamma u x size Hroot)).
  change (0 = 0).
  normal.
Qed.

Lemma derivative_11 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h u x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) u t1) (Mean m
    (move (move x h t) u t1)) (Var m (move (move x h t) u t1) (Mean m (move (move x h t) u t1))) eps) gamma
    beta i)) 0) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => h
    i * u i) / INR m) - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) *
    sum m (fun i => dy i * u i) / INR m - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i -
    Mean m x) * u i) * sum m (fun i => dy i * h i) / INR m + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m
    (fun i => (x i - Mean m x) * dy i) * sum m h * sum m u / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps
    ^ 3 * sum m (fun i => (x i - Mean m x) * h i) * sum m dy * sum m u / INR m ^ 2 + gamma * Rstd (Var m x
    (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * u i) * sum m dy * sum m h / INR m ^ 2 + 3 * gamma
    * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i -
    Mean m x) * h i) * sum m (fun i => (x i - Mean m x) * u i) / INR m ^ 2).
Proof.
  intros m beta dy eps gamma h u x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - (gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum
    m dy * sum m u / INR m) + gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m (fun i => dy
    i * u i) - gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i
    - Mean m (move x h t)) * dy i) * sum m (fun i => (move x h t i - Mean m (move x h t)) * u i) / INR m)).
  {
    refine (filter_imp _ _ _ (near m x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) u t1) (Mean m (move
      (move x h t) u t1)) (Var m (move (move x h t) u t1) (Mean m (move (move x h t) u t1))) eps) gamma beta
      i)) 0 = - (gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m dy * sum m u / INR m) +
      gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m (fun i => dy i * u i) - gamma * Rstd
      (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h
      t)) * dy i) * sum m (fun i => (move x h t i - Mean m (move x h t)) * u i) / INR m).
    {
      apply is_derive_unique. exact (derivative_9 m beta dy eps gamma u (move x h t) size Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((gamma * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun
    i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps) ^ 2) * sum m dy + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * 0) * sum m u + gamma
    * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * sum m dy * 0) / INR m) + (gamma * ((0 * sqrt (Var
    m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x
    h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0))
    + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) * sum m (fun i => dy i * u i) +
    gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * 0) - ((gamma * (3 * (Rstd (Var m (move x h
    0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 *
    ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m +
    0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m
    (move x h 0)) + eps) ^ 2))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) + gamma * Rstd
    (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 +
    (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * u i)
    + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m
    (move x h 0)) * dy i) * sum m (fun i1 => (h i1 - sum m h / INR m) * u i1 + (move x h 0 i1 - Mean m (move x
    h 0)) * 0)) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m
    h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma * rstd *
    0) * sum m u + gamma * rstd * sum m dy * 0) / INR m) + (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun
    i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) * sum m (fun i => dy i * u i) + gamma * rstd * 0) - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt
    (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2
    * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * dy i) + gamma * rstd ^ 3
    * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x i1 - mean) * 0)) * sum m (fun i => (x i - mean) *
    u i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i1 => (h i1 - sum m h / INR m)
    * u i1 + (x i1 - mean) * 0)) / INR m = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => h i * u i) / INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m (fun i =>
    dy i * u i) / INR m - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * h i)
    / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m h * sum m u / INR m ^ 2 + gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m dy * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * u i) * sum m dy * sum m h / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u i) / INR m ^
    2).
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
  assert (e4 : sum m (fun i1 => (h i1 - sum m h / INR m) * u i1 + (x i1 - mean) * 0) = - (sum m h * sum m u /
    INR m) + sum m (fun i => h i * u i)).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * u i1) + ((- (sum m h / INR m)) * (u i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  rewrite e4.
  rewrite e2.
  rewrite e1.
  normal.
Qed.

(** ... and along $\hat{x}$. *)
Theorem second_structure_20 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (Xhat x (Mean m x)
    (Var m x (Mean m x)) eps) t) u t1) (Mean m (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u
    t1)) (Var m (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u t1) (Mean m (move (move x
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u t1))) eps) gamma beta i)) 0) 0) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) t) u t1) (Mean m (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    t) u t1)) (Var m (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u t1) (Mean m (move (move x
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u t1))) eps) gamma beta i)) 0)) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) t) u t1) (Mean m (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u t1))
    (Var m (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) u t1) (Mean m (move (move x (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) t) u t1))) eps) gamma beta i)) 0) 0 =
  - (Rstd (Var m x (Mean m x)) eps * sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps)
    gamma beta i)) 0 * u i1)) + eps * Rstd (Var m x (Mean m x)) eps ^ 3 * (sum m (fun i1 => Derive (fun t =>
    sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1)
    t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * u i1) - 2 * gamma * Rstd (Var m x (Mean m x))
    eps * sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) * (sum m (fun i => dy i * Xhat x
    (Mean m x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) / INR m))).
Proof.
  intros m beta dy eps gamma u x Hm Hroot.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i => (x i - mean) * Xhat x mean var eps i) = rstd * var * INR m).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e5 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (Xhat x mean var eps) = 0).
  {
    transitivity (sum m (fun i => (rstd) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e7 : Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (Xhat x mean
    var eps) t) u t1) (Mean m (move (move x (Xhat x mean var eps) t) u t1)) (Var m (move (move x (Xhat x mean
    var eps) t) u t1) (Mean m (move (move x (Xhat x mean var eps) t) u t1))) eps) gamma beta i)) 0) 0 = gamma
    * rstd ^ 4 * var * sum m dy * sum m u / INR m - gamma * rstd ^ 4 * var * sum m (fun i => dy i * u i) - 2 *
    gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m + 3
    * gamma * rstd ^ 6 * var * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) /
    INR m).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => Xhat x mean var
      eps i * u i) / INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m
      (fun i => dy i * u i) / INR m - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i =>
      dy i * Xhat x mean var eps i) / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m
      (Xhat x mean var eps) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Xhat x
      mean var eps i) * sum m dy * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
      i) * sum m dy * sum m (Xhat x mean var eps) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
      mean) * dy i) * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m (fun i => (x i - mean) * u
      i) / INR m ^ 2).
    { apply is_derive_unique. exact (derivative_11 m beta dy eps gamma (Xhat x mean var eps) u x size Hroot).
      }
    rewrite e4.
    rewrite e5.
    rewrite e3.
    rewrite e6.
    normal.
  }
  assert (e8 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 = - ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1 *
    gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    intros i1 Hi1.
    transitivity (- ((x i1 - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy i1
      * gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e9 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * u
    i1) = - (gamma * rstd * sum m dy * sum m u / INR m) + gamma * rstd * sum m (fun i => dy i * u i) - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) * u i1) + ((gamma * rstd) * (dy i1 * u i1) + ((- (gamma * rstd * sum m dy / INR m)) * (u i1)
      + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e8 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    eexists. exact (derivative_11 m beta dy eps gamma (Xhat x mean var eps) u x size Hroot).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (Xhat x mean var eps) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_9 m beta dy eps gamma u (move x (Xhat x mean var eps) t) size Ht).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x (Xhat x mean var
    eps) t) u t1) (Mean m (move (move x (Xhat x mean var eps) t) u t1)) (Var m (move (move x (Xhat x mean var
    eps) t) u t1) (Mean m (move (move x (Xhat x mean var eps) t) u t1))) eps) gamma beta i)) 0) 0 = - (rstd *
    sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x
    (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * u i1)) +
    eps * rstd ^ 3 * (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0 * u i1) - 2 * gamma * rstd * sum m (fun i => Xhat x mean var eps i * u i) * (sum m (fun i => dy i *
    Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) / INR m)))).
  rewrite e7.
  rewrite e9.
  rewrite e5.
  rewrite e3.
  rewrite e6.
  normal.
Qed.

Lemma derivative_12 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i1 => dy i1 * Y (Xhat (move (move
    (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2)) (Var m (move
    (move (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2))) eps)
    gamma beta i1)) 0) 0) 0
  (0).
Proof.
  intros m beta dy eps gamma u v x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - (gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
    => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * dy i1)
    * sum m (fun i => v i * u i) / INR m) - gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
    => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * v i1)
    * sum m (fun i => dy i * u i) / INR m - gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
    => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u i1)
    * sum m (fun i => dy i * v i) / INR m + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
    => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * dy i1)
    * sum m v * sum m u / INR m ^ 2 + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1)
    t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * v i1) * sum
    m dy * sum m u / INR m ^ 2 + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t)))
    eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u i1) * sum m dy
    * sum m v / INR m ^ 2 + 3 * gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t)))
    eps ^ 5 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * dy i1) * sum m
    (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * v i1) * sum m (fun i1 => (move x
    (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u i1) / INR m ^ 2)).
  {
    refine (filter_imp _ _ _ (near m x (fun i => 1) eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => Derive (fun t2 => sum m (fun i1 => dy i1 * Y (Xhat (move (move (move x
      (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2)) (Var m (move (move
      (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2))) eps) gamma
      beta i1)) 0) 0 = - (gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t))) eps ^
      3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * dy i1) * sum m (fun i
      => v i * u i) / INR m) - gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t)))
      eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * v i1) * sum m
      (fun i => dy i * u i) / INR m - gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i => 1)
      t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u i1) *
      sum m (fun i => dy i * v i) / INR m + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
      => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * dy
      i1) * sum m v * sum m u / INR m ^ 2 + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun i
      => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * v
      i1) * sum m dy * sum m u / INR m ^ 2 + gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x (fun
      i => 1) t))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u
      i1) * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * Rstd (Var m (move x (fun i => 1) t) (Mean m (move x
      (fun i => 1) t))) eps ^ 5 * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t))
      * dy i1) * sum m (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * v i1) * sum m
      (fun i1 => (move x (fun i => 1) t i1 - Mean m (move x (fun i => 1) t)) * u i1) / INR m ^ 2).
    {
      apply is_derive_unique. exact (derivative_11 m beta dy eps gamma v u (move x (fun i => 1) t) size Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((gamma * (3 * (Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)))
    eps ^ 2 * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - 1 * ((sum m
    (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun i => 1)
    / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) +
    eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2))) * sum m (fun
    i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) + gamma * Rstd (Var m (move x
    (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR
    m) * dy i1 + (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * 0)) * sum m (fun i => v i * u
    i) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1
    => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) * 0) / INR m) - ((gamma * (3 *
    (Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 2 * ((0 * sqrt (Var m (move x
    (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (fun i => 1)
    0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt
    (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps)))) / sqrt (Var m (move x (fun i =>
    1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2))) * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m
    (move x (fun i => 1) 0)) * v i1) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i =>
    1) 0))) eps ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * v i1 + (move x (fun i => 1) 0 i1 -
    Mean m (move x (fun i => 1) 0)) * 0)) * sum m (fun i => dy i * u i) + gamma * Rstd (Var m (move x (fun i
    => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m
    (move x (fun i => 1) 0)) * v i1) * 0) / INR m - ((gamma * (3 * (Rstd (Var m (move x (fun i => 1) 0) (Mean
    m (move x (fun i => 1) 0))) eps ^ 2 * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i =>
    1) 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^
    1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m
    (move x (fun i => 1) 0)) + eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))
    + eps) ^ 2))) * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * u i1) +
    gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 =>
    (1 - sum m (fun i => 1) / INR m) * u i1 + (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) *
    0)) * sum m (fun i => dy i * v i) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i =>
    1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * u i1) *
    0) / INR m + (((gamma * (3 * (Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^
    2 * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - 1 * ((sum m (fun
    i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun i => 1) / INR
    m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps)))) /
    sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2))) * sum m (fun i1 =>
    (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) + gamma * Rstd (Var m (move x (fun i
    => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) *
    dy i1 + (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * 0)) * sum m v + gamma * Rstd (Var m
    (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1)
    0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) * 0) * sum m u + gamma * Rstd (Var m (move x (fun i => 1)
    0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x
    (fun i => 1) 0)) * dy i1) * sum m v * 0) / INR m ^ 2 + (((gamma * (3 * (Rstd (Var m (move x (fun i => 1)
    0) (Mean m (move x (fun i => 1) 0))) eps ^ 2 * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x
    (fun i => 1) 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i =>
    1) 0)) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0)
    (Mean m (move x (fun i => 1) 0)) + eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i =>
    1) 0)) + eps) ^ 2))) * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * v
    i1) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun
    i1 => (1 - sum m (fun i => 1) / INR m) * v i1 + (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1)
    0)) * 0)) * sum m dy + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^
    3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * v i1) * 0) * sum m u +
    gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 =>
    (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * v i1) * sum m dy * 0) / INR m ^ 2 + (((gamma
    * (3 * (Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 2 * ((0 * sqrt (Var m
    (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x (fun
    i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2
    * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps)))) / sqrt (Var m (move x
    (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2))) * sum m (fun i1 => (move x (fun i => 1) 0
    i1 - Mean m (move x (fun i => 1) 0)) * u i1) + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x
    (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (move x (fun i =>
    1) 0 i1 - Mean m (move x (fun i => 1) 0)) * 0)) * sum m dy + gamma * Rstd (Var m (move x (fun i => 1) 0)
    (Mean m (move x (fun i => 1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x
    (fun i => 1) 0)) * u i1) * 0) * sum m v + gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x (fun
    i => 1) 0))) eps ^ 3 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * u
    i1) * sum m dy * 0) / INR m ^ 2 + (((3 * gamma * (5 * (Rstd (Var m (move x (fun i => 1) 0) (Mean m (move x
    (fun i => 1) 0))) eps ^ 4 * ((0 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) +
    eps) - 1 * ((sum m (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 -
    sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun
    i => 1) 0)) + eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2)))
    * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) + 3 * gamma * Rstd
    (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 5 * sum m (fun i1 => (1 - sum m
    (fun i => 1) / INR m) * dy i1 + (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * 0)) * sum m
    (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * v i1) + 3 * gamma * Rstd (Var m
    (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0))) eps ^ 5 * sum m (fun i1 => (move x (fun i => 1)
    0 i1 - Mean m (move x (fun i => 1) 0)) * dy i1) * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * v i1
    + (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * 0)) * sum m (fun i1 => (move x (fun i =>
    1) 0 i1 - Mean m (move x (fun i => 1) 0)) * u i1) + 3 * gamma * Rstd (Var m (move x (fun i => 1) 0) (Mean
    m (move x (fun i => 1) 0))) eps ^ 5 * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i
    => 1) 0)) * dy i1) * sum m (fun i1 => (move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) * v i1)
    * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (move x (fun i => 1) 0 i1 - Mean m (move x
    (fun i => 1) 0)) * 0)) / INR m ^ 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1
    * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) *
    sum m (fun i1 => (x i1 - mean) * dy i1) + gamma * rstd ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) /
    INR m) * dy i1 + (x i1 - mean) * 0)) * sum m (fun i => v i * u i) + gamma * rstd ^ 3 * sum m (fun i1 => (x
    i1 - mean) * dy i1) * 0) / INR m) - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun
    i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (var + eps))))
    / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 - mean) * v i1) + gamma * rstd ^ 3 * sum m (fun i1 =>
    (1 - sum m (fun i => 1) / INR m) * v i1 + (x i1 - mean) * 0)) * sum m (fun i => dy i * u i) + gamma * rstd
    ^ 3 * sum m (fun i1 => (x i1 - mean) * v i1) * 0) / INR m - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var +
    eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) /
    (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 - mean) * u i1) + gamma * rstd
    ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (x i1 - mean) * 0)) * sum m (fun i => dy
    i * v i) + gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * u i1) * 0) / INR m + (((gamma * (3 * (rstd
    ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) /
    INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 -
    mean) * dy i1) + gamma * rstd ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * dy i1 + (x i1 -
    mean) * 0)) * sum m v + gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * dy i1) * 0) * sum m u + gamma
    * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * dy i1) * sum m v * 0) / INR m ^ 2 + (((gamma * (3 * (rstd ^
    2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR
    m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 - mean) *
    v i1) + gamma * rstd ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * v i1 + (x i1 - mean) * 0))
    * sum m dy + gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * v i1) * 0) * sum m u + gamma * rstd ^ 3 *
    sum m (fun i1 => (x i1 - mean) * v i1) * sum m dy * 0) / INR m ^ 2 + (((gamma * (3 * (rstd ^ 2 * ((0 *
    sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) /
    INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 - mean) * u i1) +
    gamma * rstd ^ 3 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (x i1 - mean) * 0)) * sum m
    dy + gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * u i1) * 0) * sum m v + gamma * rstd ^ 3 * sum m
    (fun i1 => (x i1 - mean) * u i1) * sum m dy * 0) / INR m ^ 2 + (((3 * gamma * (5 * (rstd ^ 4 * ((0 * sqrt
    (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m +
    0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i1 => (x i1 - mean) * dy i1) + 3 *
    gamma * rstd ^ 5 * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * dy i1 + (x i1 - mean) * 0)) * sum m
    (fun i1 => (x i1 - mean) * v i1) + 3 * gamma * rstd ^ 5 * sum m (fun i1 => (x i1 - mean) * dy i1) * sum m
    (fun i1 => (1 - sum m (fun i => 1) / INR m) * v i1 + (x i1 - mean) * 0)) * sum m (fun i1 => (x i1 - mean)
    * u i1) + 3 * gamma * rstd ^ 5 * sum m (fun i1 => (x i1 - mean) * dy i1) * sum m (fun i1 => (x i1 - mean)
    * v i1) * sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (x i1 - mean) * 0)) / INR m ^ 2 = 0).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => 1) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * dy i1 + (x i1 - mean) * 0) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i => v i * u i) = sum m (fun i => u i * v i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * v i1 + (x i1 - mean) * 0) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i1 => (1 - sum m (fun i => 1) / INR m) * u i1 + (x i1 - mean) * 0) = 0).
  {
    transitivity (sum m (fun i1 => 0)).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_nil.
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

(** The third derivative does not see a shift either, ... *)
Theorem second_structure_21 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => Derive (fun t2 => sum m (fun i1 => dy i1 * Y (Xhat (move
    (move (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2)) (Var m
    (move (move (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2)))
    eps) gamma beta i1)) 0) 0)) /\
  (locally 0 (fun t : R => locally 0 (fun t1 : R => ex_derive (fun t2 : R => sum m (fun i1 => dy i1 * Y (Xhat
    (move (move (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2))
    (Var m (move (move (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u
    t2))) eps) gamma beta i1)) 0))) /\
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i1 => dy i1 * Y (Xhat (move (move
    (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2)) (Var m (move
    (move (move x (fun i => 1) t) v t1) u t2) (Mean m (move (move (move x (fun i => 1) t) v t1) u t2))) eps)
    gamma beta i1)) 0) 0) 0
  (0).
Proof.
  intros m beta dy eps gamma u v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  split.
  {
    refine (filter_imp _ _ _ (near m x (fun i => 1) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_11 m beta dy eps gamma v u (move x (fun i => 1) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (fun i => 1) eps size Hroot)); intros t Ht.
    refine (filter_imp _ _ _ (near m (move x (fun i => 1) t) v eps size Ht)); intros t1 Ht1.
    eexists. exact (derivative_9 m beta dy eps gamma u (move (move x (fun i => 1) t) v t1) size Ht1).
  }
  apply (d_eq _ _ _ _ (derivative_12 m beta dy eps gamma u v x size Hroot)).
  change (0 = 0).
  normal.
Qed.

Lemma derivative_13 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h u v x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i => dy i * Y (Xhat (move (move (move
    x h t) v t1) u t2) (Mean m (move (move (move x h t) v t1) u t2)) (Var m (move (move (move x h t) v t1) u
    t2) (Mean m (move (move (move x h t) v t1) u t2))) eps) gamma beta i)) 0) 0) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * h i) * sum m (fun i => u i * v i) /
    INR m) - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * u i) * sum m (fun i => h i * v
    i) / INR m - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * v i) * sum m (fun i => h i
    * u i) / INR m + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * h i) * sum m u * sum m
    v / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * u i) * sum m h * sum m
    v / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * v i) * sum m h * sum m
    u / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m dy * sum m (fun i => h i * u i) * sum m
    v / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m dy * sum m (fun i => h i * v i) * sum m
    u / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m dy * sum m h * sum m (fun i => u i * v
    i) / INR m ^ 2 - 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m dy * sum m h * sum m u * sum m v /
    INR m ^ 3 + 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum
    m (fun i => (x i - Mean m x) * h i) * sum m (fun i => u i * v i) / INR m ^ 2 + 3 * gamma * Rstd (Var m x
    (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i - Mean m x) * u i) *
    sum m (fun i => h i * v i) / INR m ^ 2 + 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i =>
    (x i - Mean m x) * dy i) * sum m (fun i => (x i - Mean m x) * v i) * sum m (fun i => h i * u i) / INR m ^
    2 + 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * h i) * sum m (fun i
    => (x i - Mean m x) * u i) * sum m (fun i => dy i * v i) / INR m ^ 2 + 3 * gamma * Rstd (Var m x (Mean m
    x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * h i) * sum m (fun i => (x i - Mean m x) * v i) * sum m
    (fun i => dy i * u i) / INR m ^ 2 + 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i -
    Mean m x) * u i) * sum m (fun i => (x i - Mean m x) * v i) * sum m (fun i => dy i * h i) / INR m ^ 2 - 3 *
    gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x
    i - Mean m x) * h i) * sum m u * sum m v / INR m ^ 3 - 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum
    m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i - Mean m x) * u i) * sum m h * sum m v / INR m
    ^ 3 - 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m
    (fun i => (x i - Mean m x) * v i) * sum m h * sum m u / INR m ^ 3 - 3 * gamma * Rstd (Var m x (Mean m x))
    eps ^ 5 * sum m (fun i => (x i - Mean m x) * h i) * sum m (fun i => (x i - Mean m x) * u i) * sum m dy *
    sum m v / INR m ^ 3 - 3 * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * h
    i) * sum m (fun i => (x i - Mean m x) * v i) * sum m dy * sum m u / INR m ^ 3 - 3 * gamma * Rstd (Var m x
    (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * u i) * sum m (fun i => (x i - Mean m x) * v i) *
    sum m dy * sum m h / INR m ^ 3 - 15 * gamma * Rstd (Var m x (Mean m x)) eps ^ 7 * sum m (fun i => (x i -
    Mean m x) * dy i) * sum m (fun i => (x i - Mean m x) * h i) * sum m (fun i => (x i - Mean m x) * u i) *
    sum m (fun i => (x i - Mean m x) * v i) / INR m ^ 3).
Proof.
  intros m beta dy eps gamma h u v x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - (gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 *
    sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i) * sum m (fun i => v i * u i) / INR m) - gamma
    * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x
    h t)) * v i) * sum m (fun i => dy i * u i) / INR m - gamma * Rstd (Var m (move x h t) (Mean m (move x h
    t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * u i) * sum m (fun i => dy i * v i) /
    INR m + gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i -
    Mean m (move x h t)) * dy i) * sum m v * sum m u / INR m ^ 2 + gamma * Rstd (Var m (move x h t) (Mean m
    (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * v i) * sum m dy * sum m u
    / INR m ^ 2 + gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h
    t i - Mean m (move x h t)) * u i) * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * Rstd (Var m (move x h t)
    (Mean m (move x h t))) eps ^ 5 * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i) * sum m (fun
    i => (move x h t i - Mean m (move x h t)) * v i) * sum m (fun i => (move x h t i - Mean m (move x h t)) *
    u i) / INR m ^ 2)).
  {
    refine (filter_imp _ _ _ (near m x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => Derive (fun t2 => sum m (fun i => dy i * Y (Xhat (move (move (move x h
      t) v t1) u t2) (Mean m (move (move (move x h t) v t1) u t2)) (Var m (move (move (move x h t) v t1) u t2)
      (Mean m (move (move (move x h t) v t1) u t2))) eps) gamma beta i)) 0) 0 = - (gamma * Rstd (Var m (move x
      h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i) * sum
      m (fun i => v i * u i) / INR m) - gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum
      m (fun i => (move x h t i - Mean m (move x h t)) * v i) * sum m (fun i => dy i * u i) / INR m - gamma *
      Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x
      h t)) * u i) * sum m (fun i => dy i * v i) / INR m + gamma * Rstd (Var m (move x h t) (Mean m (move x h
      t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i) * sum m v * sum m u / INR m
      ^ 2 + gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i -
      Mean m (move x h t)) * v i) * sum m dy * sum m u / INR m ^ 2 + gamma * Rstd (Var m (move x h t) (Mean m
      (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * u i) * sum m dy * sum m
      v / INR m ^ 2 + 3 * gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 5 * sum m (fun i =>
      (move x h t i - Mean m (move x h t)) * dy i) * sum m (fun i => (move x h t i - Mean m (move x h t)) * v
      i) * sum m (fun i => (move x h t i - Mean m (move x h t)) * u i) / INR m ^ 2).
    {
      apply is_derive_unique. exact (derivative_11 m beta dy eps gamma v u (move x h t) size Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((gamma * (3 * (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m
    (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move
    x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2))) * sum m (fun i => (move x
    h 0 i - Mean m (move x h 0)) * dy i) + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 *
    sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m
    (fun i => v i * u i) + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i =>
    (move x h 0 i - Mean m (move x h 0)) * dy i) * 0) / INR m) - ((gamma * (3 * (Rstd (Var m (move x h 0)
    (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m
    (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 *
    sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0))
    + eps) ^ 2))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * v i) + gamma * Rstd (Var m (move x
    h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * v i1 + (move x h 0 i1 -
    Mean m (move x h 0)) * 0)) * sum m (fun i => dy i * u i) + gamma * Rstd (Var m (move x h 0) (Mean m (move
    x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * v i) * 0) / INR m - ((gamma * (3
    * (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move
    x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h /
    INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move
    x h 0) (Mean m (move x h 0)) + eps) ^ 2))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * u i) +
    gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR
    m) * u i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m (fun i => dy i * v i) + gamma * Rstd (Var
    m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * u
    i) * 0) / INR m + (((gamma * (3 * (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m
    (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move
    x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2))) * sum m (fun i => (move x
    h 0 i - Mean m (move x h 0)) * dy i) + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 *
    sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m v
    + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m
    (move x h 0)) * dy i) * 0) * sum m u + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 *
    sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) * sum m v * 0) / INR m ^ 2 + (((gamma * (3 *
    (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move x
    h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h /
    INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move
    x h 0) (Mean m (move x h 0)) + eps) ^ 2))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * v i) +
    gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR
    m) * v i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m dy + gamma * Rstd (Var m (move x h 0)
    (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * v i) * 0) * sum m
    u + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean
    m (move x h 0)) * v i) * sum m dy * 0) / INR m ^ 2 + (((gamma * (3 * (Rstd (Var m (move x h 0) (Mean m
    (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1
    => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps) ^ 2))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * u i) + gamma * Rstd (Var m (move x h
    0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * u i1 + (move x h 0 i1 -
    Mean m (move x h 0)) * 0)) * sum m dy + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 *
    sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * u i) * 0) * sum m v + gamma * Rstd (Var m (move x h
    0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * u i) * sum m dy
    * 0) / INR m ^ 2 + (((3 * gamma * (5 * (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 4 * ((0 *
    sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean
    m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m
    (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2))) * sum m (fun i =>
    (move x h 0 i - Mean m (move x h 0)) * dy i) + 3 * gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0)))
    eps ^ 5 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0))
    * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * v i) + 3 * gamma * Rstd (Var m (move x h 0) (Mean
    m (move x h 0))) eps ^ 5 * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) * sum m (fun i1 =>
    (h i1 - sum m h / INR m) * v i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m (fun i => (move x h
    0 i - Mean m (move x h 0)) * u i) + 3 * gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 5 *
    sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) * sum m (fun i => (move x h 0 i - Mean m
    (move x h 0)) * v i) * sum m (fun i1 => (h i1 - sum m h / INR m) * u i1 + (move x h 0 i1 - Mean m (move x
    h 0)) * 0)) / INR m ^ 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1
    * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m
    (fun i => (x i - mean) * dy i) + gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x
    i1 - mean) * 0)) * sum m (fun i => v i * u i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) *
    0) / INR m) - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 -
    mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) *
    sum m (fun i => (x i - mean) * v i) + gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * v i1
    + (x i1 - mean) * 0)) * sum m (fun i => dy i * u i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v
    i) * 0) / INR m - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 -
    mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) *
    sum m (fun i => (x i - mean) * u i) + gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * u i1
    + (x i1 - mean) * 0)) * sum m (fun i => dy i * v i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
    i) * 0) / INR m + (((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 -
    mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) *
    sum m (fun i => (x i - mean) * dy i) + gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy
    i1 + (x i1 - mean) * 0)) * sum m v + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * 0) * sum m
    u + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v * 0) / INR m ^ 2 + (((gamma * (3 *
    (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR
    m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * v
    i) + gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * v i1 + (x i1 - mean) * 0)) * sum m dy
    + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * 0) * sum m u + gamma * rstd ^ 3 * sum m (fun i
    => (x i - mean) * v i) * sum m dy * 0) / INR m ^ 2 + (((gamma * (3 * (rstd ^ 2 * ((0 * sqrt (var + eps) -
    1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * u i) + gamma * rstd ^ 3 * sum m (fun i1
    => (h i1 - sum m h / INR m) * u i1 + (x i1 - mean) * 0)) * sum m dy + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * u i) * 0) * sum m v + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m dy *
    0) / INR m ^ 2 + (((3 * gamma * (5 * (rstd ^ 4 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x
    i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^
    2))) * sum m (fun i => (x i - mean) * dy i) + 3 * gamma * rstd ^ 5 * sum m (fun i1 => (h i1 - sum m h /
    INR m) * dy i1 + (x i1 - mean) * 0)) * sum m (fun i => (x i - mean) * v i) + 3 * gamma * rstd ^ 5 * sum m
    (fun i => (x i - mean) * dy i) * sum m (fun i1 => (h i1 - sum m h / INR m) * v i1 + (x i1 - mean) * 0)) *
    sum m (fun i => (x i - mean) * u i) + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * v i) * sum m (fun i1 => (h i1 - sum m h / INR m) * u i1 + (x i1 - mean) * 0)) /
    INR m ^ 2 = - (gamma * rstd ^ 3 * sum m (fun i => dy i * h i) * sum m (fun i => u i * v i) / INR m) -
    gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m (fun i => h i * v i) / INR m - gamma * rstd ^ 3 *
    sum m (fun i => dy i * v i) * sum m (fun i => h i * u i) / INR m + gamma * rstd ^ 3 * sum m (fun i => dy i
    * h i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m h * sum m
    v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * v i) * sum m h * sum m u / INR m ^ 2 + gamma *
    rstd ^ 3 * sum m dy * sum m (fun i => h i * u i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum
    m (fun i => h i * v i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m h * sum m (fun i => u i
    * v i) / INR m ^ 2 - 3 * gamma * rstd ^ 3 * sum m dy * sum m h * sum m u * sum m v / INR m ^ 3 + 3 * gamma
    * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) * sum m (fun i =>
    u i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x
    i - mean) * u i) * sum m (fun i => h i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => h i * u i) / INR m ^ 2 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy
    i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i -
    mean) * v i) * sum m (fun i => dy i * u i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * u i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * h i) / INR m ^ 2 - 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) * sum m u * sum m v
    / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) *
    u i) * sum m h * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * v i) * sum m h * sum m u / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x
    i - mean) * h i) * sum m (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 3 - 3 * gamma * rstd
    ^ 5 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * v i) * sum m dy * sum m u / INR
    m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) *
    sum m dy * sum m h / INR m ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
    i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR
    m ^ 3).
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
  assert (e4 : sum m (fun i => v i * u i) = sum m (fun i => u i * v i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i1 => (h i1 - sum m h / INR m) * v i1 + (x i1 - mean) * 0) = - (sum m h * sum m v /
    INR m) + sum m (fun i => h i * v i)).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * v i1) + ((- (sum m h / INR m)) * (v i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i1 => (h i1 - sum m h / INR m) * u i1 + (x i1 - mean) * 0) = - (sum m h * sum m u /
    INR m) + sum m (fun i => h i * u i)).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * u i1) + ((- (sum m h / INR m)) * (u i1) + (0)))).
    { apply sum_ext; intros i1 Hi1.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e3.
  rewrite e6.
  rewrite e5.
  rewrite e2.
  rewrite e4.
  rewrite e1.
  normal.
Qed.

(** ... and along $\hat{x}$ it is, at $\epsilon = 0$, $-2 r$ times the Hessian form. *)
Theorem second_structure_22 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => Derive (fun t2 => sum m (fun i => dy i * Y (Xhat (move
    (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) v t1) u t2) (Mean m (move (move (move x
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) v t1) u t2)) (Var m (move (move (move x (Xhat x (Mean m x)
    (Var m x (Mean m x)) eps) t) v t1) u t2) (Mean m (move (move (move x (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) t) v t1) u t2))) eps) gamma beta i)) 0) 0)) /\
  (locally 0 (fun t : R => locally 0 (fun t1 : R => ex_derive (fun t2 : R => sum m (fun i => dy i * Y (Xhat
    (move (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) v t1) u t2) (Mean m (move (move (move
    x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) v t1) u t2)) (Var m (move (move (move x (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) t) v t1) u t2) (Mean m (move (move (move x (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) t) v t1) u t2))) eps) gamma beta i)) 0))) /\
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i => dy i * Y (Xhat (move (move (move
    x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) v t1) u t2) (Mean m (move (move (move x (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) t) v t1) u t2)) (Var m (move (move (move x (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) t) v t1) u t2) (Mean m (move (move (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) v
    t1) u t2))) eps) gamma beta i)) 0) 0) 0
  ((-2) * Rstd (Var m x (Mean m x)) eps * gamma * INR m * Rstd (Var m x (Mean m x)) eps ^ 2 * (3 * (sum m (fun
    i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x))
    eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m u / INR m)) *
    (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m - sum m (Xhat x (Mean m x)
    (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) - ((sum m (fun i => dy i * u i) / INR m - sum m dy
    / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR
    m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) + (sum m (fun i => dy
    i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m u /
    INR m)) + (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m
    * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m)) * (sum m (fun i => u i * v i) / INR m -
    sum m u / INR m * (sum m v / INR m)))) - 3 * gamma * INR m * eps * Rstd (Var m x (Mean m x)) eps ^ 5 *
    ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x
    (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    / INR m * (sum m v / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR
    m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) / INR m * (sum m u / INR m)) + (sum m (fun i => dy i * Xhat x (Mean m x) (Var
    m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) /
    INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m) - 5 * (sum m (fun i =>
    Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v
    i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m))))).
Proof.
  intros m beta dy eps gamma u v x Hm Hroot.
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
  assert (e3 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sum m (Xhat x mean var eps) = 0).
  {
    transitivity (sum m (fun i => (rstd) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  assert (e5 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => Xhat x mean var eps i * v i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => (x i - mean) * Xhat x mean var eps i) = rstd * var * INR m).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (Xhat x mean var eps) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_11 m beta dy eps gamma v u (move x (Xhat x mean var eps) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (Xhat x mean var eps) eps size Hroot)); intros t Ht.
    refine (filter_imp _ _ _ (near m (move x (Xhat x mean var eps) t) v eps size Ht)); intros t1 Ht1.
    eexists. exact (derivative_9 m beta dy eps gamma u (move (move x (Xhat x mean var eps) t) v t1) size Ht1).
  }
  apply (d_eq _ _ _ _ (derivative_13 m beta dy eps gamma (Xhat x mean var eps) u v x size Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => dy i * Xhat x mean var eps i) * sum m (fun i => u i * v i) /
    INR m) - gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m (fun i => Xhat x mean var eps i * v i) /
    INR m - gamma * rstd ^ 3 * sum m (fun i => dy i * v i) * sum m (fun i => Xhat x mean var eps i * u i) /
    INR m + gamma * rstd ^ 3 * sum m (fun i => dy i * Xhat x mean var eps i) * sum m u * sum m v / INR m ^ 2 +
    gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m (Xhat x mean var eps) * sum m v / INR m ^ 2 + gamma
    * rstd ^ 3 * sum m (fun i => dy i * v i) * sum m (Xhat x mean var eps) * sum m u / INR m ^ 2 + gamma *
    rstd ^ 3 * sum m dy * sum m (fun i => Xhat x mean var eps i * u i) * sum m v / INR m ^ 2 + gamma * rstd ^
    3 * sum m dy * sum m (fun i => Xhat x mean var eps i * v i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum
    m dy * sum m (Xhat x mean var eps) * sum m (fun i => u i * v i) / INR m ^ 2 - 3 * gamma * rstd ^ 3 * sum m
    dy * sum m (Xhat x mean var eps) * sum m u * sum m v / INR m ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * dy i) * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m (fun i => u i * v i)
    / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) *
    u i) * sum m (fun i => Xhat x mean var eps i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => Xhat x mean var eps i * u i)
    / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m (fun i
    => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * Xhat x mean var eps i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i)
    / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) *
    v i) * sum m (fun i => dy i * Xhat x mean var eps i) / INR m ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * dy i) * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m u * sum m v / INR m ^
    3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) *
    sum m (Xhat x mean var eps) * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) *
    dy i) * sum m (fun i => (x i - mean) * v i) * sum m (Xhat x mean var eps) * sum m u / INR m ^ 3 - 3 *
    gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * Xhat x mean var eps i) * sum m (fun i => (x i - mean) *
    u i) * sum m dy * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * Xhat x mean
    var eps i) * sum m (fun i => (x i - mean) * v i) * sum m dy * sum m u / INR m ^ 3 - 3 * gamma * rstd ^ 5 *
    sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) * sum m dy * sum m (Xhat x mean
    var eps) / INR m ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i
    - mean) * Xhat x mean var eps i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v
    i) / INR m ^ 3 = (-2) * rstd * gamma * INR m * rstd ^ 2 * (3 * (sum m (fun i => dy i * Xhat x mean var eps
    i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) / INR m)) * (sum m (fun i => Xhat x mean var
    eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x
    mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v / INR m)) - ((sum m (fun i
    => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i *
    v i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v / INR m)) + (sum m (fun i => dy i * v i) /
    INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m -
    sum m (Xhat x mean var eps) / INR m * (sum m u / INR m)) + (sum m (fun i => dy i * Xhat x mean var eps i)
    / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) / INR m)) * (sum m (fun i => u i * v i) / INR m
    - sum m u / INR m * (sum m v / INR m)))) - 3 * gamma * INR m * eps * rstd ^ 5 * ((sum m (fun i => dy i * u
    i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m
    - sum m (Xhat x mean var eps) / INR m * (sum m v / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m
    dy / INR m * (sum m v / INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x
    mean var eps) / INR m * (sum m u / INR m)) + (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum
    m dy / INR m * (sum m (Xhat x mean var eps) / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u /
    INR m * (sum m v / INR m) - 5 * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean
    var eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m
    (Xhat x mean var eps) / INR m * (sum m v / INR m))))).
  rewrite e7.
  rewrite e3.
  rewrite e5.
  rewrite e6.
  rewrite e4.
  normal.
Qed.

(** All of it *)
Definition second_structure := (conj second_structure_1 (conj second_structure_2 (conj second_structure_3
  (conj second_structure_4 (conj second_structure_5 (conj second_structure_6 (conj second_structure_7 (conj
  second_structure_8 (conj second_structure_9 (conj second_structure_10 (conj second_structure_11 (conj
  second_structure_12 (conj second_structure_13 (conj second_structure_14 (conj second_structure_15 (conj
  second_structure_16 (conj second_structure_17 (conj second_structure_18 (conj second_structure_19 (conj
  second_structure_20 (conj second_structure_21 second_structure_22))))))))))))))))))))).
