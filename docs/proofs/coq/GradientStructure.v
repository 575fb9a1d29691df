(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * What the gradient forgets *)

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

(** The terms of the closed form cancel, as $\hat{x}$ sums to 0. *)
Theorem gradient_structure_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0) =
  0.
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
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
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0) =
    0).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m)) * (x
      i1 - mean) + ((gamma * rstd) * (dy i1) + ((- (gamma * rstd * sum m dy / INR m)) * (1) + (0))))).
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
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0) = 0).
  rewrite e2.
  normal.
Qed.

(** The last term takes $\sigma^2/(\sigma^2 + \epsilon)$ of the component away. *)
Theorem gradient_structure_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * Xhat x (Mean m
    x) (Var m x (Mean m x)) eps i1) =
  gamma * Rstd (Var m x (Mean m x)) eps * eps * sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x))
    eps i) / (Var m x (Mean m x) + eps).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
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
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 *
    Xhat x mean var eps i1) = gamma * rstd ^ 2 * sum m (fun i => (x i - mean) * dy i) - gamma * rstd ^ 4 * var
    * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) ^ 2) + ((gamma * rstd ^ 2) * ((x i1 - mean) * dy i1) + ((- (gamma * rstd ^ 2 * sum m dy / INR
      m)) * (x i1 - mean) + (0))))).
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
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * Xhat x
    mean var eps i1) = gamma * rstd * eps * sum m (fun i => dy i * Xhat x mean var eps i) / (var + eps)).
  rewrite e4.
  rewrite e6.
  normal.
Qed.

(** The square of the closed form, summed. *)
Theorem gradient_structure_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 ^ 2) =
  gamma ^ 2 * Rstd (Var m x (Mean m x)) eps ^ 2 * (sum m (fun i => dy i ^ 2) - (sum m dy ^ 2 + (1 + eps * Rstd
    (Var m x (Mean m x)) eps ^ 2) * sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) ^ 2)
    / INR m).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
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
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 ^
    2) = - (gamma ^ 2 * rstd ^ 2 * sum m dy ^ 2 / INR m) + gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i ^ 2) -
    2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) ^ 2 / INR m + gamma ^ 2 * rstd ^ 6 * var *
    sum m (fun i => (x i - mean) * dy i) ^ 2 / INR m).
  {
    transitivity (sum m (fun i1 => (gamma ^ 2 * rstd ^ 6 * sum m (fun i => (x i - mean) * dy i) ^ 2 / INR m ^
      2) * ((x i1 - mean) ^ 2) + ((- (2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / INR
      m)) * ((x i1 - mean) * dy i1) + ((2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) * sum
      m dy / INR m ^ 2) * (x i1 - mean) + ((gamma ^ 2 * rstd ^ 2) * (dy i1 ^ 2) + ((- (2 * gamma ^ 2 * rstd ^
      2 * sum m dy / INR m)) * (dy i1) + ((gamma ^ 2 * rstd ^ 2 * sum m dy ^ 2 / INR m ^ 2) * (1) +
      (0)))))))).
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
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move
    x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 ^ 2) =
    gamma ^ 2 * rstd ^ 2 * (sum m (fun i => dy i ^ 2) - (sum m dy ^ 2 + (1 + eps * rstd ^ 2) * sum m (fun i =>
    dy i * Xhat x mean var eps i) ^ 2) / INR m)).
  rewrite e2.
  rewrite e5.
  normal.
Qed.

(** So the gradient is no longer than this. *)
Theorem gradient_structure_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 ^ 2) <=
  gamma ^ 2 * Rstd (Var m x (Mean m x)) eps ^ 2 * sum m (fun i => dy i ^ 2).
Proof.
  intros m beta dy eps gamma x Hm Hroot eps_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
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
  assert (e2 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 ^
    2) = - (gamma ^ 2 * rstd ^ 2 * sum m dy ^ 2 / INR m) + gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i ^ 2) -
    2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) ^ 2 / INR m + gamma ^ 2 * rstd ^ 6 * var *
    sum m (fun i => (x i - mean) * dy i) ^ 2 / INR m).
  {
    transitivity (sum m (fun i1 => (gamma ^ 2 * rstd ^ 6 * sum m (fun i => (x i - mean) * dy i) ^ 2 / INR m ^
      2) * ((x i1 - mean) ^ 2) + ((- (2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / INR
      m)) * ((x i1 - mean) * dy i1) + ((2 * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) * sum
      m dy / INR m ^ 2) * (x i1 - mean) + ((gamma ^ 2 * rstd ^ 2) * (dy i1 ^ 2) + ((- (2 * gamma ^ 2 * rstd ^
      2 * sum m dy / INR m)) * (dy i1) + ((gamma ^ 2 * rstd ^ 2 * sum m dy ^ 2 / INR m ^ 2) * (1) +
      (0)))))))).
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
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  apply (is_less _ _ (gamma ^ 2 * rstd ^ 2 * (sum m dy ^ 2 + (1 + eps * rstd ^ 2) * sum m (fun i => dy i *
    Xhat x mean var eps i) ^ 2) / INR m)).
  { change (gamma ^ 2 * rstd ^ 2 * sum m (fun i => dy i ^ 2) - sum m (fun i1 => Derive (fun t => sum m (fun i
    => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m
    (move x (unit i1) t))) eps) gamma beta i)) 0 ^ 2) = gamma ^ 2 * rstd ^ 2 * (sum m dy ^ 2 + (1 + eps * rstd
    ^ 2) * sum m (fun i => dy i * Xhat x mean var eps i) ^ 2) / INR m).
    rewrite e2.
    rewrite e5.
    normal.
  }
  nonnegative.
Qed.

(** A constant $\mathrm{d}y$, as of the loss $\sum y_i$, has no gradient, for any $\epsilon$. *)
Theorem gradient_structure_5 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => 1 * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (0).
Proof.
  intros m beta eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => (x i - mean) * 1) = 0).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
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
  apply (d_eq _ _ _ _ (derivative_1 m beta (fun i => 1) eps gamma x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * 1) / INR m) + 1 * gamma * rstd -
    gamma * rstd * sum m (fun i => 1) / INR m = 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** The loss $\sum y_i^2$ has none at $\epsilon = 0$, and next to none otherwise. *)
Theorem gradient_structure_6 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => 2 * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta i * Y
    (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k)
    t))) eps) gamma beta i)) 0
  (2 * gamma ^ 2 * eps * Rstd (Var m x (Mean m x)) eps ^ 3 * Xhat x (Mean m x) (Var m x (Mean m x)) eps k).
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
  assert (e3 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e4 : forall i, (i < m)%nat -> Y (Xhat x mean var eps) gamma beta i = (x i - mean) * gamma * rstd +
    beta).
  {
    intros i Hi.
    change (gamma * Xhat x mean var eps i + beta = (x i - mean) * gamma * rstd + beta).
    rewrite (e3 i Hi).
    normal.
  }
  assert (e5 : sum m (fun i => (x i - mean) * (2 * Y (Xhat x mean var eps) gamma beta i)) = 2 * gamma * rstd *
    var * INR m).
  {
    transitivity (sum m (fun i => (2 * gamma * rstd) * ((x i - mean) ^ 2) + ((2 * beta) * (x i - mean) +
      (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e6 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e2.
    normal.
  }
  assert (e7 : sum m (fun i => 2 * Y (Xhat x mean var eps) gamma beta i) = 2 * beta * INR m).
  {
    transitivity (sum m (fun i => (2 * gamma * rstd) * (x i - mean) + ((2 * beta) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m beta (fun i => 2 * Y (Xhat x mean var eps) gamma beta i) eps gamma x k
    size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * (2 * Y (Xhat x mean var eps)
    gamma beta i)) / INR m) + 2 * Y (Xhat x mean var eps) gamma beta k * gamma * rstd - gamma * rstd * sum m
    (fun i => 2 * Y (Xhat x mean var eps) gamma beta i) / INR m = 2 * gamma ^ 2 * eps * rstd ^ 3 * Xhat x mean
    var eps k).
  rewrite e5.
  rewrite e7.
  rewrite e6.
  rewrite e2.
  normal.
Qed.

(** Conversely, where $\mathrm{d}x = 0$ (and $\gamma \ne 0$), $\mathrm{d}y$ is a constant plus a multiple of
  $\hat{x}$. *)
Theorem gradient_structure_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  gamma <> 0 ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  dy k - Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 / (gamma * Rstd (Var m x (Mean m
    x)) eps) =
  sum m dy / INR m + Xhat x (Mean m x) (Var m x (Mean m x)) eps k * sum m (fun i => dy i * Xhat x (Mean m x)
    (Var m x (Mean m x)) eps i) / INR m.
Proof.
  intros m beta dy eps gamma x k Hm Hroot gamma_nonzero Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk). }
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
    eexists. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk).
  }
  change (dy k - Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 / (gamma * rstd) = sum
    m dy / INR m + Xhat x mean var eps k * sum m (fun i => dy i * Xhat x mean var eps i) / INR m).
  rewrite e1.
  rewrite e5.
  rewrite e3.
  normal.
Qed.

(** And all of those have a gradient that $\epsilon = 0$ makes 0. *)
Theorem gradient_structure_8 :
  forall (m : nat) (beta eps gamma p q : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => (p + q * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Y (Xhat
    (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t)))
    eps) gamma beta i)) 0
  (gamma * eps * Rstd (Var m x (Mean m x)) eps ^ 3 * q * Xhat x (Mean m x) (Var m x (Mean m x)) eps k).
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
  assert (e3 : forall i, (i < m)%nat -> Xhat x mean var eps i = (x i - mean) * rstd).
  {
    intros i Hi.
    change ((x i - mean) / sqrt (var + eps) = (x i - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e4 : sum m (fun i => (x i - mean) * (p + q * Xhat x mean var eps i)) = q * rstd * var * INR m).
  {
    transitivity (sum m (fun i => (p) * (x i - mean) + ((q * rstd) * ((x i - mean) ^ 2) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  assert (e5 : sum m (fun i => p + q * Xhat x mean var eps i) = p * INR m).
  {
    transitivity (sum m (fun i => (p) * (1) + ((q * rstd) * (x i - mean) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    rewrite first_moment.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m beta (fun i => p + q * Xhat x mean var eps i) eps gamma x k size Hroot
    Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * (p + q * Xhat x mean var eps i))
    / INR m) + (p + q * Xhat x mean var eps k) * gamma * rstd - gamma * rstd * sum m (fun i => p + q * Xhat x
    mean var eps i) / INR m = gamma * eps * rstd ^ 3 * q * Xhat x mean var eps k).
  rewrite e4.
  rewrite e5.
  rewrite e2.
  normal.
Qed.

(** For $\epsilon > 0$ (and $\gamma \ne 0$) the gradient determines $\mathrm{d}y$ up to a constant: where it
  is 0, $\mathrm{d}y$ is constant. *)
Theorem gradient_structure_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  gamma * eps * Rstd (Var m x (Mean m x)) eps ^ 3 * (dy k - sum m dy / INR m) =
  eps * Rstd (Var m x (Mean m x)) eps ^ 2 * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k)
    t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta
    i)) 0 + Xhat x (Mean m x) (Var m x (Mean m x)) eps k * sum m (fun i1 => Derive (fun t => sum m (fun i =>
    dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m
    (move x (unit i1) t))) eps) gamma beta i)) 0 * Xhat x (Mean m x) (Var m x (Mean m x)) eps i1) / INR m.
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk). }
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
  assert (e4 : forall i1, (i1 < m)%nat -> Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
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
  assert (e5 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e2.
    normal.
  }
  assert (e6 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 *
    Xhat x mean var eps i1) = gamma * rstd ^ 2 * sum m (fun i => (x i - mean) * dy i) - gamma * rstd ^ 4 * var
    * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (- (gamma * rstd ^ 4 * sum m (fun i => (x i - mean) * dy i) / INR m)) * ((x
      i1 - mean) ^ 2) + ((gamma * rstd ^ 2) * ((x i1 - mean) * dy i1) + ((- (gamma * rstd ^ 2 * sum m dy / INR
      m)) * (x i1 - mean) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite (e4 i1 Hi1).
      rewrite (e5 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_1 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (gamma * eps * rstd ^ 3 * (dy k - sum m dy / INR m) = eps * rstd ^ 2 * Derive (fun t => sum m (fun i
    => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m
    (move x (unit k) t))) eps) gamma beta i)) 0 + Xhat x mean var eps k * sum m (fun i1 => Derive (fun t =>
    sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1)
    t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * Xhat x mean var eps i1) / INR m).
  rewrite e6.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

(** All of it *)
Definition gradient_structure := (conj gradient_structure_1 (conj gradient_structure_2 (conj
  gradient_structure_3 (conj gradient_structure_4 (conj gradient_structure_5 (conj gradient_structure_6 (conj
  gradient_structure_7 (conj gradient_structure_8 gradient_structure_9)))))))).
