(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Forward mode, and the adjoint test *)

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

(** The movement of the output (9.41) where the input moves. *)
Theorem forward_mode_1 :
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

Lemma derivative_2 :
  forall (m : nat) (beta eps gamma h : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * h) beta k) 0
  ((x k - Mean m x) * h * Rstd (Var m x (Mean m x)) eps).
Proof.
  intros m beta eps gamma h x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ ((0 + (1 * h + 0 * 0)) * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + (gamma + 0 * h) * 0
    + 0)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
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

(** Where $\gamma$ moves by $p$. *)
Theorem forward_mode_2 :
  forall (m : nat) (beta eps gamma p : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * p) beta k) 0
  (p * Xhat x (Mean m x) (Var m x (Mean m x)) eps k).
Proof.
  intros m beta eps gamma p x k Hm Hroot Hk.
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
  apply (d_eq _ _ _ _ (derivative_2 m beta eps gamma p x k size Hroot Hk)).
  change ((x k - mean) * p * rstd = p * Xhat x mean var eps k).
  rewrite e2.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta eps gamma h : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * h) k) 0
  (h).
Proof.
  intros m beta eps gamma h x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (0 + (0 + (1 * h + 0 * 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (0 + (0 + (1 * h + 0 * 0)) = h).
  normal.
Qed.

(** Where $\beta$ moves by $q$. *)
Theorem forward_mode_3 :
  forall (m : nat) (beta eps gamma q : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * q) k) 0
  (q).
Proof.
  intros m beta eps gamma q x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m beta eps gamma q x k size Hroot Hk)).
  change (q = q).
  normal.
Qed.

Lemma derivative_4 :
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

(** The adjoint, by the input. *)
Theorem forward_mode_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (v x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x
    v t) (Mean m (move x v t))) eps) gamma beta i) 0) /\
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  sum m (fun i => dy i * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean
    m (move x v t))) eps) gamma beta i) 0) =
  sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit
    i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * v i1).
Proof.
  intros m beta dy eps gamma v x Hm Hroot.
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
  assert (e2 : sum m (fun i => dy i * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move
    x v t) (Mean m (move x v t))) eps) gamma beta i) 0) = - (gamma * rstd * sum m dy * sum m v / INR m) +
    gamma * rstd * sum m (fun i => dy i * v i) - gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum
    m (fun i => (x i - mean) * v i) / INR m).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m)) * ((x i
      - mean) * dy i) + ((gamma * rstd) * (dy i * v i) + ((- (gamma * rstd * sum m v / INR m)) * (dy i) +
      (0))))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
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
    { apply is_derive_unique. exact (derivative_4 m beta dy eps gamma x i1 size Hroot Hi1). }
    normal.
  }
  assert (e4 : sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m
    (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 * v
    i1) = - (gamma * rstd * sum m dy * sum m v / INR m) + gamma * rstd * sum m (fun i => dy i * v i) - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * v i) / INR m).
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
  split.
  {
    intros i Hi.
    eexists. exact (derivative_1 m beta eps gamma v x i size Hroot Hi).
  }
  split.
  {
    intros i1 Hi1.
    eexists. exact (derivative_4 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  change (sum m (fun i => dy i * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v
    t) (Mean m (move x v t))) eps) gamma beta i) 0) = sum m (fun i1 => Derive (fun t => sum m (fun i => dy i *
    Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x
    (unit i1) t))) eps) gamma beta i)) 0 * v i1)).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

Lemma derivative_5 :
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

(** The adjoint, by $\gamma$. *)
Theorem forward_mode_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma p : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t
    * p) beta i) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0) /\
  sum m (fun i => dy i * Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * p) beta
    i) 0) =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta
    i)) 0 * p.
Proof.
  intros m beta dy eps gamma p x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma
    + t * p) beta i) 0 = (x i - mean) * p * rstd).
  {
    intros i Hi.
    transitivity ((x i - mean) * p * rstd).
    { apply is_derive_unique. exact (derivative_2 m beta eps gamma p x i size Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => dy i * Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma +
    t * p) beta i) 0) = p * rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (p * rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma +
    t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i)).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma x size Hroot). }
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_2 m beta eps gamma p x i size Hroot Hi).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma x size Hroot).
  }
  change (sum m (fun i => dy i * Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    p) beta i) 0) = Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    (gamma + t * 1) beta i)) 0 * p).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_6 :
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

(** The adjoint, by $\beta$. *)
Theorem forward_mode_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma q : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (forall i, (i < m)%nat -> ex_derive (fun t : R => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta
    + t * q) i) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0) /\
  sum m (fun i => dy i * Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * q)
    i) 0) =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i)) 0 * q.
Proof.
  intros m beta dy eps gamma q x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : forall i, (i < m)%nat -> Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t * q) i) 0 = q).
  {
    intros i Hi.
    transitivity (q).
    { apply is_derive_unique. exact (derivative_3 m beta eps gamma q x i size Hroot Hi). }
    normal.
  }
  assert (e2 : sum m (fun i => dy i * Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t * q) i) 0) = q * sum m dy).
  {
    transitivity (sum m (fun i => (q) * (dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e1 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma
    (beta + t * 1) i)) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_6 m beta dy eps gamma x size Hroot). }
    normal.
  }
  split.
  {
    intros i Hi.
    eexists. exact (derivative_3 m beta eps gamma q x i size Hroot Hi).
  }
  split.
  {
    eexists. exact (derivative_6 m beta dy eps gamma x size Hroot).
  }
  change (sum m (fun i => dy i * Derive (fun t => Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * q) i) 0) = Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i)) 0 * q).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

(** The closed form, for comparison: the same matrix. *)
Theorem forward_mode_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (dy k - sum m dy / INR m - Xhat x (Mean m x) (Var m x (Mean m x))
    eps k * sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m)).
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
  apply (d_eq _ _ _ _ (derivative_4 m beta dy eps gamma x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma *
    rstd - gamma * rstd * sum m dy / INR m = gamma * rstd * (dy k - sum m dy / INR m - Xhat x mean var eps k *
    sum m (fun i => dy i * Xhat x mean var eps i) / INR m)).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

(** All of it *)
Definition forward_mode := (conj forward_mode_1 (conj forward_mode_2 (conj forward_mode_3 (conj forward_mode_4
  (conj forward_mode_5 (conj forward_mode_6 forward_mode_7)))))).
