(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The third derivative *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
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

Lemma derivative_2 :
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
      apply is_derive_unique. exact (derivative_1 m beta dy eps gamma u (move x h t) size Ht).
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

Lemma derivative_3 :
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
      apply is_derive_unique. exact (derivative_2 m beta dy eps gamma v u (move x h t) size Ht).
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

(** The Hessian form, differentiated once more: each covariance with the standardised batch moves, and so does
  its factor. *)
Theorem third_derivative_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u v w x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (locally 0 (fun t : R => ex_derive (fun t1 : R => Derive (fun t2 => sum m (fun i => dy i * Y (Xhat (move
    (move (move x w t) v t1) u t2) (Mean m (move (move (move x w t) v t1) u t2)) (Var m (move (move (move x w
    t) v t1) u t2) (Mean m (move (move (move x w t) v t1) u t2))) eps) gamma beta i)) 0) 0)) /\
  (locally 0 (fun t : R => locally 0 (fun t1 : R => ex_derive (fun t2 : R => sum m (fun i => dy i * Y (Xhat
    (move (move (move x w t) v t1) u t2) (Mean m (move (move (move x w t) v t1) u t2)) (Var m (move (move
    (move x w t) v t1) u t2) (Mean m (move (move (move x w t) v t1) u t2))) eps) gamma beta i)) 0))) /\
  is_derive (fun t : R => Derive (fun t1 => Derive (fun t2 => sum m (fun i => dy i * Y (Xhat (move (move (move
    x w t) v t1) u t2) (Mean m (move (move (move x w t) v t1) u t2)) (Var m (move (move (move x w t) v t1) u
    t2) (Mean m (move (move (move x w t) v t1) u t2))) eps) gamma beta i)) 0) 0) 0
  (3 * gamma * INR m * Rstd (Var m x (Mean m x)) eps ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy /
    INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m
    - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) * (sum m (fun i => Xhat
    x (Mean m x) (Var m x (Mean m x)) eps i * w i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x))
    eps) / INR m * (sum m w / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v /
    INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * w i) / INR m - sum m (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m w / INR m)) * (sum m (fun i => Xhat x (Mean m x)
    (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m)) * (sum m
    (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x))
    eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m))) +
    3 * gamma * INR m * Rstd (Var m x (Mean m x)) eps ^ 3 * (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR
    m)) * ((sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => v i * w i) / INR m - sum m
    v / INR m * (sum m w / INR m)) + (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) /
    INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) * (sum m (fun i =>
    w i * u i) / INR m - sum m w / INR m * (sum m u / INR m)) + (sum m (fun i => Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i * w i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m w /
    INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) - gamma * INR m *
    Rstd (Var m x (Mean m x)) eps ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u /
    INR m)) * (sum m (fun i => v i * w i) / INR m - sum m v / INR m * (sum m w / INR m)) + (sum m (fun i => dy
    i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i => w i * u i) / INR m - sum m w /
    INR m * (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m))
    * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) - 15 * gamma * INR m * Rstd
    (Var m x (Mean m x)) eps ^ 3 * (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR
    m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m)) * (sum m (fun i =>
    Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v
    i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) * (sum m (fun
    i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * w i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) / INR m * (sum m w / INR m))).
Proof.
  intros m beta dy eps gamma u v w x Hm Hroot.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i * v i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
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
  assert (e5 : sum m (fun i => Xhat x mean var eps i * w i) = rstd * sum m (fun i => (x i - mean) * w i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * w i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => w i * u i) = sum m (fun i => u i * w i)).
  {
    transitivity (sum m (fun i => (1) * (u i * w i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => w i * v i) = sum m (fun i => v i * w i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x w eps size Hroot)); intros t Ht.
    eexists. exact (derivative_2 m beta dy eps gamma v u (move x w t) size Ht).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x w eps size Hroot)); intros t Ht.
    refine (filter_imp _ _ _ (near m (move x w t) v eps size Ht)); intros t1 Ht1.
    eexists. exact (derivative_1 m beta dy eps gamma u (move (move x w t) v t1) size Ht1).
  }
  apply (d_eq _ _ _ _ (derivative_3 m beta dy eps gamma w u v x size Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => dy i * w i) * sum m (fun i => u i * v i) / INR m) - gamma *
    rstd ^ 3 * sum m (fun i => dy i * u i) * sum m (fun i => w i * v i) / INR m - gamma * rstd ^ 3 * sum m
    (fun i => dy i * v i) * sum m (fun i => w i * u i) / INR m + gamma * rstd ^ 3 * sum m (fun i => dy i * w
    i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m w * sum m v /
    INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * v i) * sum m w * sum m u / INR m ^ 2 + gamma * rstd
    ^ 3 * sum m dy * sum m (fun i => w i * u i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m
    (fun i => w i * v i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m w * sum m (fun i => u i *
    v i) / INR m ^ 2 - 3 * gamma * rstd ^ 3 * sum m dy * sum m w * sum m u * sum m v / INR m ^ 3 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * w i) * sum m (fun i => u
    i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i
    - mean) * u i) * sum m (fun i => w i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => w i * u i) / INR m ^ 2 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * w i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy
    i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i) * sum m (fun i => (x i -
    mean) * v i) * sum m (fun i => dy i * u i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * u i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * w i) / INR m ^ 2 - 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * w i) * sum m u * sum m v
    / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) *
    u i) * sum m w * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * v i) * sum m w * sum m u / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x
    i - mean) * w i) * sum m (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 3 - 3 * gamma * rstd
    ^ 5 * sum m (fun i => (x i - mean) * w i) * sum m (fun i => (x i - mean) * v i) * sum m dy * sum m u / INR
    m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) *
    sum m dy * sum m w / INR m ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
    i => (x i - mean) * w i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR
    m ^ 3 = 3 * gamma * INR m * rstd ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u
    / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m v / INR m)) * (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean var eps) /
    INR m * (sum m w / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m))
    * (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m w /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m)) * (sum m
    (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m))
    * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v /
    INR m))) + 3 * gamma * INR m * rstd ^ 3 * (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m
    dy / INR m * (sum m (Xhat x mean var eps) / INR m)) * ((sum m (fun i => Xhat x mean var eps i * u i) / INR
    m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m)) * (sum m (fun i => v i * w i) / INR m - sum m
    v / INR m * (sum m w / INR m)) + (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x
    mean var eps) / INR m * (sum m v / INR m)) * (sum m (fun i => w i * u i) / INR m - sum m w / INR m * (sum
    m u / INR m)) + (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean var eps) / INR
    m * (sum m w / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) -
    gamma * INR m * rstd ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) *
    (sum m (fun i => v i * w i) / INR m - sum m v / INR m * (sum m w / INR m)) + (sum m (fun i => dy i * v i)
    / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i => w i * u i) / INR m - sum m w / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m)) * (sum m
    (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) - 15 * gamma * INR m * rstd ^ 3 *
    (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) /
    INR m * (sum m v / INR m)) * (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean
    var eps) / INR m * (sum m w / INR m))).
  rewrite e7.
  rewrite e6.
  rewrite e3.
  rewrite e5.
  rewrite e4.
  rewrite e8.
  rewrite e9.
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (h u v x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => gamma * INR m * Rstd (Var m (move x h t) (Mean m (move x h t))) eps ^ 2 * (3 * (sum
    m (fun i => dy i * Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps
    i) / INR m - sum m dy / INR m * (sum m (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean
    m (move x h t))) eps) / INR m)) * (sum m (fun i => Xhat (move x h t) (Mean m (move x h t)) (Var m (move x
    h t) (Mean m (move x h t))) eps i * u i) / INR m - sum m (Xhat (move x h t) (Mean m (move x h t)) (Var m
    (move x h t) (Mean m (move x h t))) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat (move x h t)
    (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps i * v i) / INR m - sum m (Xhat (move
    x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps) / INR m * (sum m v / INR m))
    - ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat
    (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps i * v i) / INR m - sum m
    (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps) / INR m * (sum m
    v / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i
    => Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps i * u i) / INR m
    - sum m (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t))) eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t)
    (Mean m (move x h t))) eps i) / INR m - sum m dy / INR m * (sum m (Xhat (move x h t) (Mean m (move x h t))
    (Var m (move x h t) (Mean m (move x h t))) eps) / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u
    / INR m * (sum m v / INR m))))) 0
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
  intros m dy eps gamma h u v x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * INR m * (2 * (Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 1 * ((0 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m
    (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move
    x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2))) * (3 * (sum m (fun i =>
    dy i * Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i) / INR m -
    sum m dy / INR m * (sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h
    0))) eps) / INR m)) * (sum m (fun i => Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m
    (move x h 0))) eps i * u i) / INR m - sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0)
    (Mean m (move x h 0))) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat (move x h 0) (Mean m
    (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i * v i) / INR m - sum m (Xhat (move x h 0)
    (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m * (sum m v / INR m)) - ((sum
    m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat (move x h
    0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i * v i) / INR m - sum m (Xhat
    (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m * (sum m v /
    INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i =>
    Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i * u i) / INR m -
    sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0)
    (Mean m (move x h 0))) eps i) / INR m - sum m dy / INR m * (sum m (Xhat (move x h 0) (Mean m (move x h 0))
    (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u
    / INR m * (sum m v / INR m)))) + gamma * INR m * Rstd (Var m (move x h 0) (Mean m (move x h 0))) eps ^ 2 *
    ((3 * (sum m (fun i2 => dy i2 * (((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h
    0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move
    x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h
    0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2)) / INR m - sum m dy / INR m *
    (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) -
    (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1
    * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps))))
    / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) / INR m)) * (sum m (fun i => Xhat (move x h
    0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i * u i) / INR m - sum m (Xhat
    (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m * (sum m u /
    INR m)) + 3 * (sum m (fun i => dy i * Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m
    (move x h 0))) eps i) / INR m - sum m dy / INR m * (sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m
    (move x h 0) (Mean m (move x h 0))) eps) / INR m)) * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1
    => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps) ^ 2 * u i2 + Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps
    i2 * 0) / INR m - (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h
    0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move
    x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h
    0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) / INR m * (sum m u / INR m) +
    sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m *
    0))) * (sum m (fun i => Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0)))
    eps i * v i) / INR m - sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x
    h 0))) eps) / INR m * (sum m v / INR m)) + 3 * (sum m (fun i => dy i * Xhat (move x h 0) (Mean m (move x h
    0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i) / INR m - sum m dy / INR m * (sum m (Xhat (move x h
    0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m)) * (sum m (fun i => Xhat
    (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i * u i) / INR m - sum m
    (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m * (sum m
    u / INR m)) * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0))
    + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h
    0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2 * v i2 + Xhat (move x h 0) (Mean m
    (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i2 * 0) / INR m - (sum m (fun i2 => ((h i2 -
    sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x
    h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) /
    INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps) ^ 2) / INR m * (sum m v / INR m) + sum m (Xhat (move x h 0) (Mean m (move x h
    0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m * 0)) - ((sum m (fun i => dy i * u i) / INR m
    - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m (move
    x h 0) (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 *
    ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2 *
    v i2 + Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i2 * 0) /
    INR m - (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h
    0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) +
    eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) / INR m * (sum m v / INR m) + sum m
    (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m * 0)) +
    (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i2 => ((h i2 -
    sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x
    h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) /
    INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0)
    (Mean m (move x h 0)) + eps) ^ 2 * u i2 + Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0)
    (Mean m (move x h 0))) eps i2 * 0) / INR m - (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 *
    ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2)
    / INR m * (sum m u / INR m) + sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m
    (move x h 0))) eps) / INR m * 0)) + ((sum m (fun i2 => dy i2 * (((h i2 - sum m h / INR m) * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 *
    ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2))
    / INR m - sum m dy / INR m * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean
    m (move x h 0)) + eps) - (move x h 0 i2 - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 -
    Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m
    (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) / INR m)) * (sum m
    (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m)) + (sum m (fun i => dy i * Xhat (move x
    h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps i) / INR m - sum m dy / INR m *
    (sum m (Xhat (move x h 0) (Mean m (move x h 0)) (Var m (move x h 0) (Mean m (move x h 0))) eps) / INR m))
    * 0))))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * INR m * (2 * (rstd ^ 1 * ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean)
    ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2))) * (3 *
    (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) /
    INR m * (sum m v / INR m)) - ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m))
    * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v /
    INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i =>
    Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m)) + (sum m
    (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) / INR
    m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m)))) + gamma * INR m * rstd
    ^ 2 * ((3 * (sum m (fun i2 => dy i2 * (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) *
    ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var +
    eps)))) / sqrt (var + eps) ^ 2)) / INR m - sum m dy / INR m * (sum m (fun i2 => ((h i2 - sum m h / INR m)
    * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR
    m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) / INR m)) * (sum m (fun i => Xhat x
    mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m)) + 3 * (sum m (fun
    i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) / INR m)) *
    (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 *
    ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2 * u i2 + Xhat x mean var eps i2 * 0) / INR m - (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var
    + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m +
    0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) / INR m * (sum m u / INR m) + sum m (Xhat x mean var
    eps) / INR m * 0))) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps)
    / INR m * (sum m v / INR m)) + 3 * (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR
    m * (sum m (Xhat x mean var eps) / INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m
    (Xhat x mean var eps) / INR m * (sum m u / INR m)) * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt
    (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR
    m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * v i2 + Xhat x mean var eps i2 * 0) / INR m -
    (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 *
    ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2) / INR m * (sum m v / INR m) + sum m (Xhat x mean var eps) / INR m * 0)) - ((sum m (fun i => dy i * u
    i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt
    (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR
    m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * v i2 + Xhat x mean var eps i2 * 0) / INR m -
    (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 *
    ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2) / INR m * (sum m v / INR m) + sum m (Xhat x mean var eps) / INR m * 0)) + (sum m (fun i => dy i * v
    i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt
    (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR
    m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 * u i2 + Xhat x mean var eps i2 * 0) / INR m -
    (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 *
    ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps)
    ^ 2) / INR m * (sum m u / INR m) + sum m (Xhat x mean var eps) / INR m * 0)) + ((sum m (fun i2 => dy i2 *
    (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1
    * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2)) / INR m -
    sum m dy / INR m * (sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum
    m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2) / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR
    m)) + (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var
    eps) / INR m)) * 0))) = - (gamma * rstd ^ 3 * sum m (fun i => dy i * h i) * sum m (fun i => u i * v i) /
    INR m) - gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m (fun i => h i * v i) / INR m - gamma *
    rstd ^ 3 * sum m (fun i => dy i * v i) * sum m (fun i => h i * u i) / INR m + gamma * rstd ^ 3 * sum m
    (fun i => dy i * h i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * u i) *
    sum m h * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * v i) * sum m h * sum m u / INR m
    ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m (fun i => h i * u i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 *
    sum m dy * sum m (fun i => h i * v i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m h * sum
    m (fun i => u i * v i) / INR m ^ 2 - 3 * gamma * rstd ^ 3 * sum m dy * sum m h * sum m u * sum m v / INR m
    ^ 3 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) *
    sum m (fun i => u i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum
    m (fun i => (x i - mean) * u i) * sum m (fun i => h i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m
    (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => h i * u i) / INR m
    ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u i) *
    sum m (fun i => dy i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * h i) * sum
    m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * u i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m
    (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * h i) / INR m
    ^ 2 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) *
    sum m u * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i
    => (x i - mean) * u i) * sum m h * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i) * sum m h * sum m u / INR m ^ 3 - 3 * gamma * rstd ^ 5
    * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^
    3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * v i) * sum
    m dy * sum m u / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i) * sum m (fun i =>
    (x i - mean) * v i) * sum m dy * sum m h / INR m ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i
    => (x i - mean) * v i) / INR m ^ 3).
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
  assert (e6 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => Xhat x mean var eps i * v i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i2 => dy i2 * (((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum
    m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) /
    sqrt (var + eps) ^ 2)) = - (rstd * sum m dy * sum m h / INR m) + rstd * sum m (fun i => dy i * h i) - rstd
    ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * h i) / INR m).
  {
    transitivity (sum m (fun i2 => (rstd) * (dy i2 * h i2) + ((- (rstd * sum m h / INR m)) * (dy i2) + ((-
      (rstd ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m)) * ((x i2 - mean) * dy i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun i1
    => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var
    + eps) ^ 2) = 0).
  {
    transitivity (sum m (fun i2 => (rstd) * (h i2) + ((- (rstd * sum m h / INR m)) * (1) + ((- (rstd ^ 3 * sum
      m (fun i => (x i - mean) * h i) / INR m)) * (x i2 - mean) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    rewrite first_moment.
    normal.
  }
  assert (e10 : forall i2, (i2 < m)%nat -> Xhat x mean var eps i2 = (x i2 - mean) * rstd).
  {
    intros i2 Hi2.
    change ((x i2 - mean) / sqrt (var + eps) = (x i2 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e11 : sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun
    i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2 * u i2 + Xhat x mean var eps i2 * 0) = - (rstd * sum m h * sum m u / INR m) + rstd * sum m
    (fun i => h i * u i) - rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * u
    i) / INR m).
  {
    transitivity (sum m (fun i2 => (rstd) * (h i2 * u i2) + ((- (rstd * sum m h / INR m)) * (u i2) + ((- (rstd
      ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m)) * ((x i2 - mean) * u i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e2.
      rewrite (e10 i2 Hi2).
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e12 : sum m (fun i2 => ((h i2 - sum m h / INR m) * sqrt (var + eps) - (x i2 - mean) * ((sum m (fun
    i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2 * v i2 + Xhat x mean var eps i2 * 0) = - (rstd * sum m h * sum m v / INR m) + rstd * sum m
    (fun i => h i * v i) - rstd ^ 3 * sum m (fun i => (x i - mean) * h i) * sum m (fun i => (x i - mean) * v
    i) / INR m).
  {
    transitivity (sum m (fun i2 => (rstd) * (h i2 * v i2) + ((- (rstd * sum m h / INR m)) * (v i2) + ((- (rstd
      ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m)) * ((x i2 - mean) * v i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e2.
      rewrite (e10 i2 Hi2).
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  rewrite e11.
  rewrite e12.
  rewrite e8.
  rewrite e9.
  rewrite e2.
  rewrite e4.
  rewrite e6.
  rewrite e7.
  rewrite e5.
  rewrite e1.
  normal.
Qed.

(** The same from the closed form of the Hessian, without going back to the loss. *)
Theorem third_derivative_2 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (u v w x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => gamma * INR m * Rstd (Var m (move x w t) (Mean m (move x w t))) eps ^ 2 * (3 * (sum
    m (fun i => dy i * Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps
    i) / INR m - sum m dy / INR m * (sum m (Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean
    m (move x w t))) eps) / INR m)) * (sum m (fun i => Xhat (move x w t) (Mean m (move x w t)) (Var m (move x
    w t) (Mean m (move x w t))) eps i * u i) / INR m - sum m (Xhat (move x w t) (Mean m (move x w t)) (Var m
    (move x w t) (Mean m (move x w t))) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat (move x w t)
    (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps i * v i) / INR m - sum m (Xhat (move
    x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps) / INR m * (sum m v / INR m))
    - ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat
    (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps i * v i) / INR m - sum m
    (Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps) / INR m * (sum m
    v / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i
    => Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps i * u i) / INR m
    - sum m (Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t) (Mean m (move x w t))) eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * Xhat (move x w t) (Mean m (move x w t)) (Var m (move x w t)
    (Mean m (move x w t))) eps i) / INR m - sum m dy / INR m * (sum m (Xhat (move x w t) (Mean m (move x w t))
    (Var m (move x w t) (Mean m (move x w t))) eps) / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u
    / INR m * (sum m v / INR m))))) 0
  (3 * gamma * INR m * Rstd (Var m x (Mean m x)) eps ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy /
    INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) / INR m
    - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) * (sum m (fun i => Xhat
    x (Mean m x) (Var m x (Mean m x)) eps i * w i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x))
    eps) / INR m * (sum m w / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v /
    INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * w i) / INR m - sum m (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m w / INR m)) * (sum m (fun i => Xhat x (Mean m x)
    (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m)) * (sum m
    (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x))
    eps i * v i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m))) +
    3 * gamma * INR m * Rstd (Var m x (Mean m x)) eps ^ 3 * (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i) / INR m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR
    m)) * ((sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => v i * w i) / INR m - sum m
    v / INR m * (sum m w / INR m)) + (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v i) /
    INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) * (sum m (fun i =>
    w i * u i) / INR m - sum m w / INR m * (sum m u / INR m)) + (sum m (fun i => Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i * w i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m w /
    INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) - gamma * INR m *
    Rstd (Var m x (Mean m x)) eps ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u /
    INR m)) * (sum m (fun i => v i * w i) / INR m - sum m v / INR m * (sum m w / INR m)) + (sum m (fun i => dy
    i * v i) / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i => w i * u i) / INR m - sum m w /
    INR m * (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m))
    * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) - 15 * gamma * INR m * Rstd
    (Var m x (Mean m x)) eps ^ 3 * (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR
    m - sum m dy / INR m * (sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m)) * (sum m (fun i =>
    Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) / INR m * (sum m u / INR m)) * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * v
    i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean m x)) eps) / INR m * (sum m v / INR m)) * (sum m (fun
    i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * w i) / INR m - sum m (Xhat x (Mean m x) (Var m x (Mean
    m x)) eps) / INR m * (sum m w / INR m))).
Proof.
  intros m dy eps gamma u v w x Hm Hroot.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i * v i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
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
  assert (e5 : sum m (fun i => Xhat x mean var eps i * w i) = rstd * sum m (fun i => (x i - mean) * w i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * w i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e6 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e7 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e8 : sum m (fun i => w i * u i) = sum m (fun i => u i * w i)).
  {
    transitivity (sum m (fun i => (1) * (u i * w i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e9 : sum m (fun i => w i * v i) = sum m (fun i => v i * w i)).
  {
    transitivity (sum m (fun i => (1) * (v i * w i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m dy eps gamma w u v x size Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => dy i * w i) * sum m (fun i => u i * v i) / INR m) - gamma *
    rstd ^ 3 * sum m (fun i => dy i * u i) * sum m (fun i => w i * v i) / INR m - gamma * rstd ^ 3 * sum m
    (fun i => dy i * v i) * sum m (fun i => w i * u i) / INR m + gamma * rstd ^ 3 * sum m (fun i => dy i * w
    i) * sum m u * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * u i) * sum m w * sum m v /
    INR m ^ 2 + gamma * rstd ^ 3 * sum m (fun i => dy i * v i) * sum m w * sum m u / INR m ^ 2 + gamma * rstd
    ^ 3 * sum m dy * sum m (fun i => w i * u i) * sum m v / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m
    (fun i => w i * v i) * sum m u / INR m ^ 2 + gamma * rstd ^ 3 * sum m dy * sum m w * sum m (fun i => u i *
    v i) / INR m ^ 2 - 3 * gamma * rstd ^ 3 * sum m dy * sum m w * sum m u * sum m v / INR m ^ 3 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * w i) * sum m (fun i => u
    i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i
    - mean) * u i) * sum m (fun i => w i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * dy i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => w i * u i) / INR m ^ 2 + 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * w i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => dy
    i * v i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * w i) * sum m (fun i => (x i -
    mean) * v i) * sum m (fun i => dy i * u i) / INR m ^ 2 + 3 * gamma * rstd ^ 5 * sum m (fun i => (x i -
    mean) * u i) * sum m (fun i => (x i - mean) * v i) * sum m (fun i => dy i * w i) / INR m ^ 2 - 3 * gamma *
    rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * w i) * sum m u * sum m v
    / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) *
    u i) * sum m w * sum m v / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * dy i) * sum m
    (fun i => (x i - mean) * v i) * sum m w * sum m u / INR m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x
    i - mean) * w i) * sum m (fun i => (x i - mean) * u i) * sum m dy * sum m v / INR m ^ 3 - 3 * gamma * rstd
    ^ 5 * sum m (fun i => (x i - mean) * w i) * sum m (fun i => (x i - mean) * v i) * sum m dy * sum m u / INR
    m ^ 3 - 3 * gamma * rstd ^ 5 * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) *
    sum m dy * sum m w / INR m ^ 3 - 15 * gamma * rstd ^ 7 * sum m (fun i => (x i - mean) * dy i) * sum m (fun
    i => (x i - mean) * w i) * sum m (fun i => (x i - mean) * u i) * sum m (fun i => (x i - mean) * v i) / INR
    m ^ 3 = 3 * gamma * INR m * rstd ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u
    / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m v / INR m)) * (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean var eps) /
    INR m * (sum m w / INR m)) + (sum m (fun i => dy i * v i) / INR m - sum m dy / INR m * (sum m v / INR m))
    * (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m w /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m)) * (sum m
    (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m))
    * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) / INR m * (sum m v /
    INR m))) + 3 * gamma * INR m * rstd ^ 3 * (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m
    dy / INR m * (sum m (Xhat x mean var eps) / INR m)) * ((sum m (fun i => Xhat x mean var eps i * u i) / INR
    m - sum m (Xhat x mean var eps) / INR m * (sum m u / INR m)) * (sum m (fun i => v i * w i) / INR m - sum m
    v / INR m * (sum m w / INR m)) + (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x
    mean var eps) / INR m * (sum m v / INR m)) * (sum m (fun i => w i * u i) / INR m - sum m w / INR m * (sum
    m u / INR m)) + (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean var eps) / INR
    m * (sum m w / INR m)) * (sum m (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) -
    gamma * INR m * rstd ^ 3 * ((sum m (fun i => dy i * u i) / INR m - sum m dy / INR m * (sum m u / INR m)) *
    (sum m (fun i => v i * w i) / INR m - sum m v / INR m * (sum m w / INR m)) + (sum m (fun i => dy i * v i)
    / INR m - sum m dy / INR m * (sum m v / INR m)) * (sum m (fun i => w i * u i) / INR m - sum m w / INR m *
    (sum m u / INR m)) + (sum m (fun i => dy i * w i) / INR m - sum m dy / INR m * (sum m w / INR m)) * (sum m
    (fun i => u i * v i) / INR m - sum m u / INR m * (sum m v / INR m))) - 15 * gamma * INR m * rstd ^ 3 *
    (sum m (fun i => dy i * Xhat x mean var eps i) / INR m - sum m dy / INR m * (sum m (Xhat x mean var eps) /
    INR m)) * (sum m (fun i => Xhat x mean var eps i * u i) / INR m - sum m (Xhat x mean var eps) / INR m *
    (sum m u / INR m)) * (sum m (fun i => Xhat x mean var eps i * v i) / INR m - sum m (Xhat x mean var eps) /
    INR m * (sum m v / INR m)) * (sum m (fun i => Xhat x mean var eps i * w i) / INR m - sum m (Xhat x mean
    var eps) / INR m * (sum m w / INR m))).
  rewrite e7.
  rewrite e6.
  rewrite e3.
  rewrite e5.
  rewrite e4.
  rewrite e8.
  rewrite e9.
  normal.
Qed.

(** All of it *)
Definition third_derivative := (conj third_derivative_1 third_derivative_2).
