(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The Jacobian and its eigenvectors *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
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

(** So $J = \gamma r (I - \frac{1}{m} 1 1^T - \frac{1}{m} \hat{x} \hat{x}^T)$. *)
Theorem jacobian_1 :
  forall (m : nat) (beta eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (v k - sum m v / INR m - Xhat x (Mean m x) (Var m x (Mean m x)) eps
    k * sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m)).
Proof.
  intros m beta eps gamma v x k Hm Hroot Hk.
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
  apply (d_eq _ _ _ _ (derivative_1 m beta eps gamma v x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k * gamma *
    rstd - gamma * rstd * sum m v / INR m = gamma * rstd * (v k - sum m v / INR m - Xhat x mean var eps k *
    sum m (fun i => v i * Xhat x mean var eps i) / INR m)).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

(** The matrix is symmetric ... *)
Theorem jacobian_2 :
  forall (m : nat) (beta eps gamma : R) (u v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x
    v t) (Mean m (move x v t))) eps) gamma beta i) 0) /\
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x
    u t) (Mean m (move x u t))) eps) gamma beta i) 0) /\
  sum m (fun i => u i * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean
    m (move x v t))) eps) gamma beta i) 0) =
  sum m (fun i => v i * Derive (fun t => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean
    m (move x u t))) eps) gamma beta i) 0).
Proof.
  intros m beta eps gamma u v x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m
    (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0 = - ((x i - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * v i) / INR m) + v i * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    intros i Hi.
    transitivity (- ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v i *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta eps gamma v x i size Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => u i * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move
    x v t) (Mean m (move x v t))) eps) gamma beta i) 0) = - (gamma * rstd * sum m u * sum m v / INR m) + gamma
    * rstd * sum m (fun i => u i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun
    i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m)) * ((x i
      - mean) * u i) + ((gamma * rstd) * (u i * v i) + ((- (gamma * rstd * sum m v / INR m)) * (u i) +
      (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  assert (e3 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m
    (move x u t) (Mean m (move x u t))) eps) gamma beta i) 0 = - ((x i - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * u i) / INR m) + u i * gamma * rstd - gamma * rstd * sum m u / INR m).
  {
    intros i Hi.
    transitivity (- ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m) + u i *
      gamma * rstd - gamma * rstd * sum m u / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta eps gamma u x i size Hroot Hi). }
    normal.
  }
  assert (e4 : sum m (fun i => v i * Derive (fun t => Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move
    x u t) (Mean m (move x u t))) eps) gamma beta i) 0) = - (gamma * rstd * sum m u * sum m v / INR m) + gamma
    * rstd * sum m (fun i => u i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) * sum m (fun
    i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m)) * ((x i
      - mean) * v i) + ((gamma * rstd) * (u i * v i) + ((- (gamma * rstd * sum m u / INR m)) * (v i) +
      (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_1 m beta eps gamma v x i size Hroot Hi).
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_1 m beta eps gamma u x i size Hroot Hi).
  }
  change (sum m (fun i => u i * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i) 0) = sum m (fun i => v i * Derive (fun t => Y (Xhat (move x u
    t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t))) eps) gamma beta i) 0)).
  rewrite e2.
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

(** ... so the backward pass applies it too, where forward mode does. *)
Theorem jacobian_3 :
  forall (m : nat) (beta eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => v i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => sum m (fun i => v i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move
    x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 =
  Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps)
    gamma beta k) 0.
Proof.
  intros m beta eps gamma v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => v i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k * gamma * rstd - gamma * rstd * sum m v /
    INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta v eps gamma x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x
    v t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m) + v k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta eps gamma v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_2 m beta v eps gamma x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_1 m beta eps gamma v x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => v i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = Derive (fun t => Y (Xhat (move
    x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta k) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t)) (Var m (move x (fun
    i => 1) t) (Mean m (move x (fun i => 1) t))) eps) gamma beta k) 0
  (0).
Proof.
  intros m beta eps gamma x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * (((1 - sum m (fun i => 1) / INR m) * sqrt (Var m (move x (fun i => 1) 0) (Mean m
    (move x (fun i => 1) 0)) + eps) - (move x (fun i => 1) 0 k - Mean m (move x (fun i => 1) 0)) * ((sum m
    (fun i1 => 2 * ((move x (fun i => 1) 0 i1 - Mean m (move x (fun i => 1) 0)) ^ 1 * (1 - sum m (fun i => 1)
    / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) +
    eps)))) / sqrt (Var m (move x (fun i => 1) 0) (Mean m (move x (fun i => 1) 0)) + eps) ^ 2) + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (gamma * (((1 - sum m (fun i => 1) / INR m) * sqrt (var + eps) - (x k - mean) * ((sum m (fun i1 => 2
    * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt
    (var + eps) ^ 2) + 0 = 0).
  assert (e1 : sum m (fun i => 1) = INR m).
  {
    transitivity (sum m (fun i => (1) * (1) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite sum_one.
    normal.
  }
  assert (e2 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e3 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (1 - sum m (fun i => 1) / INR m))) = 0).
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

(** A constant movement is taken back by the mean. *)
Theorem jacobian_4 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (fun i => 1) t) (Mean m (move x (fun i => 1) t)) (Var m (move x (fun
    i => 1) t) (Mean m (move x (fun i => 1) t))) eps) gamma beta k) 0
  (0).
Proof.
  intros m beta eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m beta eps gamma x k size Hroot Hk)).
  change (0 = 0).
  normal.
Qed.

(** A movement along $\hat{x}$ changes the scale, which is divided away but for the share of $\epsilon$. *)
Theorem jacobian_5 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t) (Mean m (move x
    (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t)) (Var m (move x (Xhat x (Mean m x) (Var m x (Mean m x))
    eps) t) (Mean m (move x (Xhat x (Mean m x) (Var m x (Mean m x)) eps) t))) eps) gamma beta k) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * eps * Xhat x (Mean m x) (Var m x (Mean m x)) eps k / (Var m x (Mean
    m x) + eps)).
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
  assert (e4 : sum m (fun i => (x i - mean) * Xhat x mean var eps i) = rstd * var * INR m).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
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
  apply (d_eq _ _ _ _ (derivative_1 m beta eps gamma (Xhat x mean var eps) x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Xhat x mean var eps i) / INR m)
    + Xhat x mean var eps k * gamma * rstd - gamma * rstd * sum m (Xhat x mean var eps) / INR m = gamma * rstd
    * eps * Xhat x mean var eps k / (var + eps)).
  rewrite e4.
  rewrite e5.
  rewrite e2.
  normal.
Qed.

(** A movement less its mean and its component along the standardised batch ... *)
Theorem jacobian_6 :
  forall (m : nat) (eps : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i1 => sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * (v i1 - sum m v / INR
    m) - sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i1) =
  0.
Proof.
  intros m eps v x Hm Hroot.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : sum m (fun i => v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e6 : sum m (fun i1 => sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m
    (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1) = 0).
  {
    transitivity (sum m (fun i1 => (rstd ^ 2 * var * INR m) * (v i1) + ((- (rstd ^ 2 * var * sum m v)) * (1) +
      ((- (rstd ^ 2 * sum m (fun i => (x i - mean) * v i))) * (x i1 - mean) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e4.
      rewrite e3.
      rewrite (e5 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    rewrite first_moment.
    normal.
  }
  change (sum m (fun i1 => sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m (fun
    i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1) = 0).
  rewrite e6.
  normal.
Qed.

(** ... is orthogonal to both ... *)
Theorem jacobian_7 :
  forall (m : nat) (eps : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i1 => (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * (v i1 - sum m v / INR
    m) - sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i1) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i1) =
  0.
Proof.
  intros m eps v x Hm Hroot.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : sum m (fun i => v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e5 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e6 : sum m (fun i1 => (sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m
    (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1) * Xhat x mean var eps i1) = 0).
  {
    transitivity (sum m (fun i1 => (rstd ^ 3 * var * INR m) * ((x i1 - mean) * v i1) + ((- (rstd ^ 3 * var *
      sum m v)) * (x i1 - mean) + ((- (rstd ^ 3 * sum m (fun i => (x i - mean) * v i))) * ((x i1 - mean) ^ 2)
      + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e4.
      rewrite e3.
      rewrite (e5 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i1 => (sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m (fun
    i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1) * Xhat x mean var eps i1) = 0).
  rewrite e6.
  normal.
Qed.

(** ... and is only multiplied by $\gamma r$. *)
Theorem jacobian_8 :
  forall (m : nat) (beta eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x (fun i1 => sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x))
    eps i ^ 2) * (v i1 - sum m v / INR m) - sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps
    i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i1) t) (Mean m (move x (fun i1 => sum m (fun i => Xhat x
    (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * (v i1 - sum m v / INR m) - sum m (fun i => v i * Xhat x (Mean
    m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps i1) t)) (Var m (move x (fun
    i1 => sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * (v i1 - sum m v / INR m) - sum m
    (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps
    i1) t) (Mean m (move x (fun i1 => sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * (v
    i1 - sum m v / INR m) - sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean
    m x) (Var m x (Mean m x)) eps i1) t))) eps) gamma beta k) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2)
    * (v k - sum m v / INR m) - sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x
    (Mean m x) (Var m x (Mean m x)) eps k)).
Proof.
  intros m beta eps gamma v x k Hm Hroot Hk.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : sum m (fun i => v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
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
  assert (e6 : forall i1, (i1 < m)%nat -> Xhat x mean var eps i1 = (x i1 - mean) * rstd).
  {
    intros i1 Hi1.
    change ((x i1 - mean) / sqrt (var + eps) = (x i1 - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e7 : sum m (fun i1 => (x i1 - mean) * (sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v
    / INR m) - sum m (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1)) = 0).
  {
    transitivity (sum m (fun i1 => (rstd ^ 2 * var * INR m) * ((x i1 - mean) * v i1) + ((- (rstd ^ 2 * var *
      sum m v)) * (x i1 - mean) + ((- (rstd ^ 2 * sum m (fun i => (x i - mean) * v i))) * ((x i1 - mean) ^ 2)
      + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e4.
      rewrite e3.
      rewrite (e6 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite second_moment.
    normal.
  }
  assert (e8 : sum m (fun i1 => sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m
    (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1) = 0).
  {
    transitivity (sum m (fun i1 => (rstd ^ 2 * var * INR m) * (v i1) + ((- (rstd ^ 2 * var * sum m v)) * (1) +
      ((- (rstd ^ 2 * sum m (fun i => (x i - mean) * v i))) * (x i1 - mean) + (0))))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e4.
      rewrite e3.
      rewrite (e6 i1 Hi1).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    rewrite first_moment.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m beta eps gamma (fun i1 => sum m (fun i => Xhat x mean var eps i ^ 2) *
    (v i1 - sum m v / INR m) - sum m (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps i1) x k size
    Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i1 => (x i1 - mean) * (sum m (fun i => Xhat x mean
    var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m (fun i => v i * Xhat x mean var eps i) * Xhat x mean var
    eps i1)) / INR m) + (sum m (fun i => Xhat x mean var eps i ^ 2) * (v k - sum m v / INR m) - sum m (fun i
    => v i * Xhat x mean var eps i) * Xhat x mean var eps k) * gamma * rstd - gamma * rstd * sum m (fun i1 =>
    sum m (fun i => Xhat x mean var eps i ^ 2) * (v i1 - sum m v / INR m) - sum m (fun i => v i * Xhat x mean
    var eps i) * Xhat x mean var eps i1) / INR m = gamma * rstd * (sum m (fun i => Xhat x mean var eps i ^ 2)
    * (v k - sum m v / INR m) - sum m (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps k)).
  rewrite e7.
  rewrite e8.
  rewrite e4.
  rewrite e3.
  rewrite e5.
  normal.
Qed.

(** Every movement is a sum of three such parts; so, in a batch that is not constant, the movements of the
  last kind have $m - 2$ dimensions. *)
Theorem jacobian_9 :
  forall (m : nat) (eps : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * v k =
  sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * sum m v / INR m + sum m (fun i => v i *
    Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + (sum m (fun
    i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) * (v k - sum m v / INR m) - sum m (fun i => v i *
    Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * Xhat x (Mean m x) (Var m x (Mean m x)) eps k).
Proof.
  intros m eps v x k Hm Hroot Hk.
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
  assert (e3 : sum m (fun i => Xhat x mean var eps i ^ 2) = rstd ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i => (rstd ^ 2) * ((x i - mean) ^ 2) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : sum m (fun i => v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
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
  change (sum m (fun i => Xhat x mean var eps i ^ 2) * v k = sum m (fun i => Xhat x mean var eps i ^ 2) * sum
    m v / INR m + sum m (fun i => v i * Xhat x mean var eps i) * Xhat x mean var eps k + (sum m (fun i => Xhat
    x mean var eps i ^ 2) * (v k - sum m v / INR m) - sum m (fun i => v i * Xhat x mean var eps i) * Xhat x
    mean var eps k)).
  rewrite e4.
  rewrite e3.
  rewrite e5.
  normal.
Qed.

(** The sum of the diagonal is the sum of the eigenvalues, each as often as it is said to occur. *)
Theorem jacobian_10 :
  forall (m : nat) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i => gamma * Rstd (Var m x (Mean m x)) eps * (1 - 1 / INR m - Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i ^ 2 / INR m)) =
  gamma * Rstd (Var m x (Mean m x)) eps * (eps / (Var m x (Mean m x) + eps) + (INR m - 2)).
Proof.
  intros m eps gamma x Hm Hroot.
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
  assert (e3 : sum m (fun i => gamma * rstd * (1 - 1 / INR m - Xhat x mean var eps i ^ 2 / INR m)) = - (gamma
    * rstd) + gamma * rstd * INR m - gamma * rstd ^ 3 * var).
  {
    transitivity (sum m (fun i => (gamma * rstd - gamma * rstd / INR m) * (1) + ((- (gamma * rstd ^ 3 / INR
      m)) * ((x i - mean) ^ 2) + (0)))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite sum_one.
    rewrite second_moment.
    normal.
  }
  change (sum m (fun i => gamma * rstd * (1 - 1 / INR m - Xhat x mean var eps i ^ 2 / INR m)) = gamma * rstd *
    (eps / (var + eps) + (INR m - 2))).
  rewrite e3.
  normal.
Qed.

(** At $\epsilon = 0$, $J/(\gamma r)$ applied twice is $J/(\gamma r)$: a projection, and orthogonal, as it is
  symmetric. *)
Theorem jacobian_11 :
  forall (m : nat) (beta eps gamma : R) (v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v
    t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive
    (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma
    beta i) 0) t)) (Var m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m
    (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive (fun t => Y
    (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0)
    t))) eps) gamma beta k) 0) /\
  (locally 0 (fun t : R => forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move
    x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0)) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var
    m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive (fun t =>
    Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i)
    0) t)) (Var m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x
    v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive (fun t => Y (Xhat
    (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t)))
    eps) gamma beta k) 0 =
  gamma * Rstd (Var m x (Mean m x)) eps * (Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m
    (move x v t) (Mean m (move x v t))) eps) gamma beta k) 0 - gamma * eps * Rstd (Var m x (Mean m x)) eps ^ 3
    * Xhat x (Mean m x) (Var m x (Mean m x)) eps k * sum m (fun i => v i * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i) / INR m).
Proof.
  intros m beta eps gamma v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m
    (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0 = - ((x i - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * v i) / INR m) + v i * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    intros i Hi.
    transitivity (- ((x i - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v i *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta eps gamma v x i size Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => (x i - mean) * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var
    m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) = gamma * rstd * sum m (fun i => (x i - mean)
    * v i) - gamma * rstd ^ 3 * var * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m)) * ((x i
      - mean) ^ 2) + ((gamma * rstd) * ((x i - mean) * v i) + ((- (gamma * rstd * sum m v / INR m)) * (x i -
      mean) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite second_moment.
    rewrite first_moment.
    normal.
  }
  assert (e3 : Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x
    v t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m) + v k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta eps gamma v x k size Hroot Hk). }
    normal.
  }
  assert (e4 : sum m (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t)
    (Mean m (move x v t))) eps) gamma beta i) 0) = 0).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m)) * (x i
      - mean) + ((gamma * rstd) * (v i) + ((- (gamma * rstd * sum m v / INR m)) * (1) + (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e5 : Derive (fun t => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move
    x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i =>
    Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t)))
    eps) gamma beta i) 0) t)) (Var m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v
    t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive
    (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma
    beta i) 0) t))) eps) gamma beta k) 0 = - (2 * (x k - mean) * gamma ^ 2 * rstd ^ 4 * sum m (fun i => (x i -
    mean) * v i) / INR m) + (x k - mean) * gamma ^ 2 * rstd ^ 6 * var * sum m (fun i => (x i - mean) * v i) /
    INR m + v k * gamma ^ 2 * rstd ^ 2 - gamma ^ 2 * rstd ^ 2 * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * Derive (fun t => Y (Xhat
      (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) /
      INR m) + Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x
      v t))) eps) gamma beta k) 0 * gamma * rstd - gamma * rstd * sum m (fun i => Derive (fun t => Y (Xhat
      (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) /
      INR m).
    { apply is_derive_unique. exact (derivative_1 m beta eps gamma (fun i => Derive (fun t => Y (Xhat (move x
      v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) x k size
      Hroot Hk). }
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
  assert (e9 : sum m (fun i => v i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * v i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * v i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e8 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta eps gamma (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m
      (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) x k size Hroot Hk).
  }
  split.
  {
    refine (filter_imp _ _ _ (near m x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t))
      (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) eps size Hroot)); intros t Ht.
    intros i Hi.
    eexists. exact (derivative_1 m beta eps gamma v x i size Hroot Hi).
  }
  split.
  {
    eexists. exact (derivative_1 m beta eps gamma v x k size Hroot Hk).
  }
  change (Derive (fun t => Y (Xhat (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v
    t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive
    (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma
    beta i) 0) t)) (Var m (move x (fun i => Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m
    (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0) t) (Mean m (move x (fun i => Derive (fun t => Y
    (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta i) 0)
    t))) eps) gamma beta k) 0 = gamma * rstd * (Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t))
    (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta k) 0 - gamma * eps * rstd ^ 3 * Xhat x mean var
    eps k * sum m (fun i => v i * Xhat x mean var eps i) / INR m)).
  rewrite e5.
  rewrite e3.
  rewrite e9.
  rewrite e7.
  normal.
Qed.

(** All of it *)
Definition jacobian := (conj jacobian_1 (conj jacobian_2 (conj jacobian_3 (conj jacobian_4 (conj jacobian_5
  (conj jacobian_6 (conj jacobian_7 (conj jacobian_8 (conj jacobian_9 (conj jacobian_10 jacobian_11)))))))))).
