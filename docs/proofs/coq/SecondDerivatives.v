(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Second derivatives, and the backward of the backward *)

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
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) (unit k) t1)
    (Mean m (move (move x h t) (unit k) t1)) (Var m (move (move x h t) (unit k) t1) (Mean m (move (move x h t)
    (unit k) t1))) eps) gamma beta i)) 0) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * h i) / INR m) + (x
    k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m dy * sum m h / INR m ^ 2 + 3 * (x k -
    Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m
    (fun i => (x i - Mean m x) * h i) / INR m ^ 2 - dy k * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m
    (fun i => (x i - Mean m x) * h i) / INR m - h k * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i
    => (x i - Mean m x) * dy i) / INR m + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i -
    Mean m x) * dy i) * sum m h / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i
    - Mean m x) * h i) * sum m dy / INR m ^ 2).
Proof.
  intros m beta dy eps gamma h x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - ((move x h t k - Mean m (move x h t)) * gamma * Rstd (Var m (move x
    h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i) / INR
    m) + dy k * gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps - gamma * Rstd (Var m (move x h t)
    (Mean m (move x h t))) eps * sum m dy / INR m)).
  {
    refine (filter_imp _ _ _ (near m x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) (unit k) t1) (Mean m
      (move (move x h t) (unit k) t1)) (Var m (move (move x h t) (unit k) t1) (Mean m (move (move x h t) (unit
      k) t1))) eps) gamma beta i)) 0 = - ((move x h t k - Mean m (move x h t)) * gamma * Rstd (Var m (move x h
      t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h t)) * dy i) / INR
      m) + dy k * gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps - gamma * Rstd (Var m (move x h
      t) (Mean m (move x h t))) eps * sum m dy / INR m).
    {
      apply is_derive_unique. exact (derivative_1 m beta dy eps gamma (move x h t) k size Ht Hk).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((((h k - sum m h / INR m) * gamma + (move x h 0 k - Mean m (move x h 0)) * 0) * Rstd
    (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 + (move x h 0 k - Mean m (move x h 0)) * gamma * (3 *
    (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move x
    h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h /
    INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move
    x h 0) (Mean m (move x h 0)) + eps) ^ 2)))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i)
    + (move x h 0 k - Mean m (move x h 0)) * gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 *
    sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (move x h 0 i1 - Mean m (move x h 0)) * 0)) / INR m) +
    dy k * gamma * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 *
    ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2)
    - (gamma * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move
    x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h
    0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) * sum m dy
    + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * 0) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((((h k - sum m h / INR m) * gamma + (x k - mean) * 0) * rstd ^ 3 + (x k - mean) * gamma * (3 *
    (rstd ^ 2 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR
    m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)))) * sum m (fun i => (x i - mean) *
    dy i) + (x k - mean) * gamma * rstd ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x i1 -
    mean) * 0)) / INR m) + dy k * gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^
    1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) - (gamma *
    ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR
    m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma * rstd * 0) / INR m = - ((x k
    - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * h i) / INR m) + (x k - mean) * gamma * rstd ^ 3 * sum
    m dy * sum m h / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) *
    sum m (fun i => (x i - mean) * h i) / INR m ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) *
    h i) / INR m - h k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) * sum m h / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * h i) * sum m dy / INR m ^ 2).
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

(** The Hessian-vector product. In the closed form of the gradient $r$ moves, and both factors of each mean
  do. *)
Theorem second_derivatives_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x v t) (unit k)
    t1) (Mean m (move (move x v t) (unit k) t1)) (Var m (move (move x v t) (unit k) t1) (Mean m (move (move x
    v t) (unit k) t1))) eps) gamma beta i)) 0)) /\
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) (unit k) t1)
    (Mean m (move (move x v t) (unit k) t1)) (Var m (move (move x v t) (unit k) t1) (Mean m (move (move x v t)
    (unit k) t1))) eps) gamma beta i)) 0) 0
  (gamma * Rstd (Var m x (Mean m x)) eps ^ 2 * (3 * Xhat x (Mean m x) (Var m x (Mean m x)) eps k * (sum m (fun
    i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x))
    eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) -
    ((dy k - sum m dy / INR m) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m
    - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) + (v k - sum m v / INR
    m) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * dy i) / INR m - sum m (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) / INR m * (sum m dy / INR m)) + Xhat x (Mean m x) (Var m x (Mean m x)) eps k
    * (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m))))).
Proof.
  intros m beta dy eps gamma v x k Hm Hroot Hk.
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
    refine (filter_imp _ _ _ (near m x v eps size Hroot)); intros t Ht.
    eexists. exact (derivative_1 m beta dy eps gamma (move x v t) k size Ht Hk).
  }
  apply (d_eq _ _ _ _ (derivative_2 m beta dy eps gamma v x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma *
    rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - dy k * gamma * rstd ^ 3 * sum m (fun i
    => (x i - mean) * v i) / INR m - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m +
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * v i) * sum m dy / INR m ^ 2 = gamma * rstd ^ 2 * (3 * Xhat x mean var eps k *
    (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m v / INR m)) - ((dy k - sum m dy / INR m) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m -
    sum m (Xhat x mean var eps) / INR m * (sum m v / INR m)) + (v k - sum m v / INR m) * (sum m (fun i => Xhat
    x mean var eps i * dy i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m dy / INR m)) + Xhat x mean
    var eps k * (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m))))).
  rewrite e7.
  rewrite e4.
  rewrite e6.
  rewrite e5.
  rewrite e2.
  normal.
Qed.

Lemma derivative_3 :
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

Lemma derivative_4 :
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
      apply is_derive_unique. exact (derivative_3 m beta dy eps gamma u (move x h t) size Ht).
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

(** The Hessian form: the sum of that times the other direction. *)
Theorem second_derivatives_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1)
    (Mean m (move (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps)
    gamma beta i)) 0)) /\
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1) (Mean m
    (move (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps) gamma
    beta i)) 0) 0
  (gamma * INR m * Rstd (Var m x (Mean m x)) eps ^ 2 * (3 * (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR
    m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v /
    INR m)) - ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i =>
    Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) / INR m * (sum m v / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v
    / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m u / INR m)) + (sum m (fun i => dy i * Xhat x (Mean m
    x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x))
    eps) / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))))).
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
  assert (e7 : sum m (fun i => v i * u i) = sum m (fun i => u i * v i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x v eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma u (move x v t) size Ht).
  }
  apply (d_eq _ _ _ _ (derivative_4 m beta dy eps gamma v u x size Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => v i * u i) / INR m) -
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m + gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) * sum m v * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i =>
    (x i - mean) * v i) * sum m dy * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u
    i) * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * v i) * sum m (fun i => (x i - mean) * u i) / INR m ^ 2 = gamma * INR m * rstd ^ 2
    * (3 * (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var
    eps) / INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR
    m * (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var
    eps) / INR m * (sum m v / INR m)) - ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m v / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m
    (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m))
    + (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps)
    / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))))).
  rewrite e3.
  rewrite e5.
  rewrite e6.
  rewrite e4.
  rewrite e7.
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (h v x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) v t1) (Mean m
    (move (move x h t) v t1)) (Var m (move (move x h t) v t1) (Mean m (move (move x h t) v t1))) eps) gamma
    beta i)) 0) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => h
    i * v i) / INR m) - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) *
    sum m (fun i => dy i * v i) / INR m - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i -
    Mean m x) * v i) * sum m (fun i => dy i * h i) / INR m + gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m
    (fun i => (x i - Mean m x) * dy i) * sum m h * sum m v / INR m ^ 2 + gamma * Rstd (Var m x (Mean m x)) eps
    ^ 3 * sum m (fun i => (x i - Mean m x) * h i) * sum m dy * sum m v / INR m ^ 2 + gamma * Rstd (Var m x
    (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * v i) * sum m dy * sum m h / INR m ^ 2 + 3 * gamma
    * Rstd (Var m x (Mean m x)) eps ^ 5 * sum m (fun i => (x i - Mean m x) * dy i) * sum m (fun i => (x i -
    Mean m x) * h i) * sum m (fun i => (x i - Mean m x) * v i) / INR m ^ 2).
Proof.
  intros m beta dy eps gamma h v x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (is_derive_ext_loc (fun t : R => - (gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum
    m dy * sum m v / INR m) + gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m (fun i => dy
    i * v i) - gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i
    - Mean m (move x h t)) * dy i) * sum m (fun i => (move x h t i - Mean m (move x h t)) * v i) / INR m)).
  {
    refine (filter_imp _ _ _ (near m x h eps size Hroot)); intros t Ht.
    assert (inner1 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x h t) v t1) (Mean m (move
      (move x h t) v t1)) (Var m (move (move x h t) v t1) (Mean m (move (move x h t) v t1))) eps) gamma beta
      i)) 0 = - (gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m dy * sum m v / INR m) +
      gamma * Rstd (Var m (move x h t) (Mean m (move x h t))) eps * sum m (fun i => dy i * v i) - gamma * Rstd
      (Var m (move x h t) (Mean m (move x h t))) eps ^ 3 * sum m (fun i => (move x h t i - Mean m (move x h
      t)) * dy i) * sum m (fun i => (move x h t i - Mean m (move x h t)) * v i) / INR m).
    {
      apply is_derive_unique. exact (derivative_3 m beta dy eps gamma v (move x h t) size Ht).
    }
    same ltac:(first [apply inner1; assumption]).
  }
  apply (d_eq _ _ (- (((gamma * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun
    i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps) ^ 2) * sum m dy + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * 0) * sum m v + gamma
    * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * sum m dy * 0) / INR m) + (gamma * ((0 * sqrt (Var
    m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x
    h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0))
    + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) * sum m (fun i => dy i * v i) +
    gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps * 0) - ((gamma * (3 * (Rstd (Var m (move x h
    0) (Mean m (move x h 0))) eps ^ 2 * ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 *
    ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m +
    0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m
    (move x h 0)) + eps) ^ 2))) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * dy i) + gamma * Rstd
    (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 +
    (move x h 0 i1 - Mean m (move x h 0)) * 0)) * sum m (fun i => (move x h 0 i - Mean m (move x h 0)) * v i)
    + gamma * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 3 * sum m (fun i => (move x h 0 i - Mean m
    (move x h 0)) * dy i) * sum m (fun i1 => (h i1 - sum m h / INR m) * v i1 + (move x h 0 i1 - Mean m (move x
    h 0)) * 0)) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (- (((gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m
    h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) * sum m dy + gamma * rstd *
    0) * sum m v + gamma * rstd * sum m dy * 0) / INR m) + (gamma * ((0 * sqrt (var + eps) - 1 * ((sum m (fun
    i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) * sum m (fun i => dy i * v i) + gamma * rstd * 0) - ((gamma * (3 * (rstd ^ 2 * ((0 * sqrt
    (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2
    * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * sum m (fun i => (x i - mean) * dy i) + gamma * rstd ^ 3
    * sum m (fun i1 => (h i1 - sum m h / INR m) * dy i1 + (x i1 - mean) * 0)) * sum m (fun i => (x i - mean) *
    v i) + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i1 => (h i1 - sum m h / INR m)
    * v i1 + (x i1 - mean) * 0)) / INR m = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => h i * v i) / INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m (fun i =>
    dy i * v i) / INR m - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * h i)
    / INR m + gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m h * sum m v / INR m ^ 2 + gamma
    * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum
    m (fun i => (x i - mean) * v i) * sum m dy * sum m h / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i =>
    (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * v i) / INR m ^
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
  assert (e4 : sum m (fun i1 => (h i1 - sum m h / INR m) * v i1 + (x i1 - mean) * 0) = - (sum m h * sum m v /
    INR m) + sum m (fun i => h i * v i)).
  {
    transitivity (sum m (fun i1 => (1) * (h i1 * v i1) + ((- (sum m h / INR m)) * (v i1) + (0)))).
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

(** It is symmetric, as it must be. *)
Theorem second_derivatives_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1) (Mean m
    (move (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps) gamma
    beta i)) 0) 0) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1)
    (Mean m (move (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps)
    gamma beta i)) 0)) /\
  (ex_derive (fun t : R => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) v t1) (Mean m
    (move (move x u t) v t1)) (Var m (move (move x u t) v t1) (Mean m (move (move x u t) v t1))) eps) gamma
    beta i)) 0) 0) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat (move (move x u t) v t1)
    (Mean m (move (move x u t) v t1)) (Var m (move (move x u t) v t1) (Mean m (move (move x u t) v t1))) eps)
    gamma beta i)) 0)) /\
  Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1) (Mean m (move
    (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps) gamma beta i))
    0) 0 =
  Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) v t1) (Mean m (move
    (move x u t) v t1)) (Var m (move (move x u t) v t1) (Mean m (move (move x u t) v t1))) eps) gamma beta i))
    0) 0.
Proof.
  intros m beta dy eps gamma u v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => v i * u i) = sum m (fun i => u i * v i)).
  {
    transitivity (sum m (fun i => (1) * (u i * v i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e2 : Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1)
    (Mean m (move (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps)
    gamma beta i)) 0) 0 = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v
    i) / INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m
    - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy
    i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => v i * u i) /
      INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m + gamma *
      rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m v * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * v i) * sum m dy * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x
      i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean)
      * dy i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => (x i - mean) * u i) / INR m ^ 2).
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma v u x size Hroot). }
    rewrite e1.
    normal.
  }
  assert (e3 : Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) v t1)
    (Mean m (move (move x u t) v t1)) (Var m (move (move x u t) v t1) (Mean m (move (move x u t) v t1))) eps)
    gamma beta i)) 0) 0 = - (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v
    i) / INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m
    - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy
    i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => u i * v i) /
      INR m) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy i * v i) / INR m -
      gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m + gamma *
      rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum
      m (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x
      i - mean) * v i) * sum m dy * sum m u / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean)
      * dy i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma u v x size Hroot). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma v u x size Hroot).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x v eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma u (move x v t) size Ht).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma u v x size Hroot).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x u eps size Hroot)); intros t Ht.
    eexists. exact (derivative_3 m beta dy eps gamma v (move x u t) size Ht).
  }
  change (Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x v t) u t1) (Mean m
    (move (move x v t) u t1)) (Var m (move (move x v t) u t1) (Mean m (move (move x v t) u t1))) eps) gamma
    beta i)) 0) 0 = Derive (fun t => Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move x u t) v t1)
    (Mean m (move (move x u t) v t1)) (Var m (move (move x u t) v t1) (Mean m (move (move x u t) v t1))) eps)
    gamma beta i)) 0) 0).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_6 :
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

Lemma derivative_7 :
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

Lemma derivative_8 :
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
      apply is_derive_unique. exact (derivative_6 m beta (move dy (unit k) t) eps gamma x size Hroot).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x
      (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0 = sum m (move dy (unit k) t)).
    {
      apply is_derive_unique. exact (derivative_7 m beta (move dy (unit k) t) eps gamma x size Hroot).
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

(** The gradient is linear in $\mathrm{d}y$, and its matrix symmetric. *)
Theorem second_derivatives_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => move dy (unit
    k) t i * Y (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m
    (move x (unit i1) t1))) eps) gamma beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => move dy (unit k) t i * Y (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x
    (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive (fun t1 => sum m (fun i => move dy (unit k) t i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => move dy (unit k) t i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t1 * 1) i))
    0) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (v k - sum m v / INR m - Xhat x (Mean m x) (Var m x (Mean m x)) eps
    k * sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m) + p * Xhat x (Mean m x)
    (Var m x (Mean m x)) eps k + q).
Proof.
  intros m beta dy eps gamma p q v x k Hm Hroot Hk.
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
  split.
  {
    apply filter_forall; intros t.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta (move dy (unit k) t) eps gamma x i1 size Hroot Hi1).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_6 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_7 m beta (move dy (unit k) t) eps gamma x size Hroot).
  }
  apply (d_eq _ _ _ _ (derivative_8 m beta dy eps gamma p q v x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + (x k - mean) * p
    * rstd + v k * gamma * rstd - gamma * rstd * sum m v / INR m + q = gamma * rstd * (v k - sum m v / INR m -
    Xhat x mean var eps k * sum m (fun i => v i * Xhat x mean var eps i) / INR m) + p * Xhat x mean var eps k
    + q).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

Lemma derivative_9 :
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
      apply is_derive_unique. exact (derivative_6 m beta dy eps gamma (move x (unit k) t) size Ht).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x
      (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0 =
      sum m dy).
    {
      apply is_derive_unique. exact (derivative_7 m beta dy eps gamma (move x (unit k) t) size Ht).
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

(** The Hessian is symmetric; and $\mathrm{d}\gamma$ is the loss for $\gamma = 1$, $\beta = 0$. *)
Theorem second_derivatives_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R) (k : nat),
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
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move (move
    x (unit k) t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1)) (Var m (move (move x (unit k)
    t) (unit i1) t1) (Mean m (move (move x (unit k) t) (unit i1) t1))) eps) gamma beta i)) 0) + p * Derive
    (fun t1 => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x
    (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean
    m (move x (unit k) t))) eps) gamma (beta + t1 * 1) i)) 0) 0
  (gamma * Rstd (Var m x (Mean m x)) eps ^ 2 * (3 * Xhat x (Mean m x) (Var m x (Mean m x)) eps k * (sum m (fun
    i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x))
    eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) -
    ((dy k - sum m dy / INR m) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m
    - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) + (v k - sum m v / INR
    m) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * dy i) / INR m - sum m (Xhat x (Mean m
    x) (Var m x (Mean m x)) eps) / INR m * (sum m dy / INR m)) + Xhat x (Mean m x) (Var m x (Mean m x)) eps k
    * (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)))) + p * Rstd (Var m x (Mean
    m x)) eps * (dy k - sum m dy / INR m - Xhat x (Mean m x) (Var m x (Mean m x)) eps k * sum m (fun i => dy i
    * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m)).
Proof.
  intros m beta dy eps gamma p q v x k Hm Hroot Hk.
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
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma (move x (unit k) t) i1 size Ht Hi1).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_6 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (unit k) eps size Hroot)); intros t Ht.
    eexists. exact (derivative_7 m beta dy eps gamma (move x (unit k) t) size Ht).
  }
  apply (d_eq _ _ _ _ (derivative_9 m beta dy eps gamma p q v x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => dy i * v i) / INR m) + (x k - mean) * gamma *
    rstd ^ 3 * sum m dy * sum m v / INR m ^ 2 + 3 * (x k - mean) * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m ^ 2 - (x k - mean) * p * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) / INR m - dy k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m
    + dy k * p * rstd - v k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m + gamma * rstd ^
    3 * sum m (fun i => (x i - mean) * dy i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => (x i -
    mean) * v i) * sum m dy / INR m ^ 2 - p * rstd * sum m dy / INR m = gamma * rstd ^ 2 * (3 * Xhat x mean
    var eps k * (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x
    mean var eps) / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var
    eps) / INR m * (sum m v / INR m)) - ((dy k - sum m dy / INR m) * (sum m (fun i => Xhat x mean var eps i *
    v i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v / INR m)) + (v k - sum m v / INR m) * (sum m
    (fun i => Xhat x mean var eps i * dy i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m dy / INR
    m)) + Xhat x mean var eps k * (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR
    m)))) + p * rstd * (dy k - sum m dy / INR m - Xhat x mean var eps k * sum m (fun i => dy i * Xhat x mean
    var eps i) / INR m)).
  rewrite e7.
  rewrite e4.
  rewrite e6.
  rewrite e5.
  rewrite e2.
  normal.
Qed.

Lemma derivative_10 :
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
      apply is_derive_unique. exact (derivative_6 m beta dy eps (gamma + t * 1) x size Hroot).
    }
    assert (inner3 : Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
      (gamma + t * 1) (beta + t1 * 1) i)) 0 = sum m dy).
    {
      apply is_derive_unique. exact (derivative_7 m beta dy eps (gamma + t * 1) x size Hroot).
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

(** Only $\mathrm{d}x$ depends on $\gamma$, and is linear in it. *)
Theorem second_derivatives_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p q : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (locally 0 (fun t : R => forall i1, (i1 < m)%nat -> ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat
    (move x (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit
    i1) t1))) eps) (gamma + t * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0)) /\
  (locally 0 (fun t : R => ex_derive (fun t1 : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0)) /\
  is_derive (fun t : R => sum m (fun i1 => v i1 * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat (move x
    (unit i1) t1) (Mean m (move x (unit i1) t1)) (Var m (move x (unit i1) t1) (Mean m (move x (unit i1) t1)))
    eps) (gamma + t * 1) beta i)) 0) + p * Derive (fun t1 => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var
    m x (Mean m x)) eps) (gamma + t * 1 + t1 * 1) beta i)) 0 + q * Derive (fun t1 => sum m (fun i => dy i * Y
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) (beta + t1 * 1) i)) 0) 0
  (sum m (fun i1 => v i1 * Rstd (Var m x (Mean m x)) eps * (dy i1 - sum m dy / INR m - Xhat x (Mean m x) (Var
    m x (Mean m x)) eps i1 * sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m))).
Proof.
  intros m beta dy eps gamma p q v x Hm Hroot.
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
  assert (e4 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : sum m (fun i1 => v i1 * rstd * (dy i1 - sum m dy / INR m - Xhat x mean var eps i1 * sum m (fun
    i => dy i * Xhat x mean var eps i) / INR m)) = - (rstd * sum m dy * sum m v / INR m) + rstd * sum m (fun i
    => dy i * v i) - rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) /
    INR m).
  {
    transitivity (sum m (fun i1 => (rstd) * (dy i1 * v i1) + ((- (rstd * sum m dy / INR m)) * (v i1) + ((-
      (rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x i1 - mean) * v i1) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e4.
      rewrite (e2 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
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
    eexists. exact (derivative_6 m beta dy eps (gamma + t * 1) x size Hroot).
  }
  split.
  {
    apply filter_forall; intros t.
    eexists. exact (derivative_7 m beta dy eps (gamma + t * 1) x size Hroot).
  }
  apply (d_eq _ _ _ _ (derivative_10 m beta dy eps gamma p q v x size Hroot)).
  change (- (rstd * sum m dy * sum m v / INR m) + rstd * sum m (fun i => dy i * v i) - rstd ^ 3 * sum m (fun i
    => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m = sum m (fun i1 => v i1 * rstd * (dy
    i1 - sum m dy / INR m - Xhat x mean var eps i1 * sum m (fun i => dy i * Xhat x mean var eps i) / INR m))).
  rewrite e5.
  normal.
Qed.

(** All of it *)
Definition second_derivatives := (conj second_derivatives_1 (conj second_derivatives_2 (conj
  second_derivatives_3 (conj second_derivatives_4 (conj second_derivatives_5 second_derivatives_6))))).
