(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The gradients of training mode *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (h x : nat -> R),
  0 < INR m ->
  is_derive (fun t : R => Mean m (move x h t)) 0
  (sum m h / INR m).
Proof.
  intros m h x size.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  apply (d_eq _ _ (sum m h / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change (sum m h / INR m = sum m h / INR m).
  normal.
Qed.

(** The mean (9.38) is linear: it moves by the mean of the movement. *)
Theorem gradients_training_1 :
  forall (m : nat) (u x : nat -> R),
  (1 <= m)%nat ->
  is_derive (fun t : R => Mean m (move x u t)) 0
  (sum m u / INR m).
Proof.
  intros m u x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  apply (d_eq _ _ _ _ (derivative_1 m u x size)).
  change (sum m u / INR m = sum m u / INR m).
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (h x : nat -> R),
  0 < INR m ->
  is_derive (fun t : R => Var m (move x h t) (Mean m (move x h t))) 0
  (2 * sum m (fun i => (x i - Mean m x) * h i) / INR m).
Proof.
  intros m h x size.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  apply (d_eq _ _ (sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR
    m))) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change (sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m = 2 * sum m (fun i =>
    (x i - mean) * h i) / INR m).
  assert (e1 : sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) = 2 * sum m (fun i => (x i
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
  rewrite e1.
  normal.
Qed.

(** The variance (9.39). The movement of the mean inside the square contributes nothing, because the
  deviations from the mean sum to 0. *)
Theorem gradients_training_2 :
  forall (m : nat) (u x : nat -> R),
  (1 <= m)%nat ->
  is_derive (fun t : R => Var m (move x u t) (Mean m (move x u t))) 0
  (2 * sum m (fun i => (x i - Mean m x) * u i) / INR m).
Proof.
  intros m u x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  apply (d_eq _ _ _ _ (derivative_2 m u x size)).
  change (2 * sum m (fun i => (x i - mean) * u i) / INR m = 2 * sum m (fun i => (x i - mean) * u i) / INR m).
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (eps : R) (h x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Rstd (Var m (move x h t) (Mean m (move x h t))) eps) 0
  (- (Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) / INR m)).
Proof.
  intros m eps h x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ ((0 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - 1 * ((sum m (fun i1 => 2 *
    ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m
    (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^
    2)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change ((0 * sqrt (var + eps) - 1 * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) /
    INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 = - (rstd ^ 3 * sum m (fun i => (x i - mean)
    * h i) / INR m)).
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

(** The chain rule on $r = (\sigma^2 + \epsilon)^{-1/2}$, whose derivative by $\sigma^2$ is $-r^3/2$. *)
Theorem gradients_training_3 :
  forall (m : nat) (eps : R) (u x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Rstd (Var m (move x u t) (Mean m (move x u t))) eps) 0
  (- (Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * u i) / INR m)).
Proof.
  intros m eps u x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m eps u x size Hroot)).
  change (- (rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m) = - (rstd ^ 3 * sum m (fun i => (x i -
    mean) * u i) / INR m)).
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (eps : R) (h x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m (move x h t)))
    eps k) 0
  (- ((x k - Mean m x) * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * h i) / INR m)
    + h k * Rstd (Var m x (Mean m x)) eps - Rstd (Var m x (Mean m x)) eps * sum m h / INR m).
Proof.
  intros m eps h x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (((h k - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) - (move x
    h 0 k - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move x h 0)) ^ 1 * (h i1 -
    sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps)))) / sqrt
    (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (((h k - sum m h / INR m) * sqrt (var + eps) - (x k - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^
    1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2 = - ((x k -
    mean) * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) / INR m) + h k * rstd - rstd * sum m h / INR m).
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

(** The product rule on (9.40), $\hat{x}_k = (x_k - \mu) r$; and $(x_k - \mu) r^3 (x_i - \mu) = r \hat{x}_k
  \hat{x}_i$. *)
Theorem gradients_training_4 :
  forall (m : nat) (eps : R) (u x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u t) (Mean m (move x u t)))
    eps k) 0
  (Rstd (Var m x (Mean m x)) eps * (u k - sum m u / INR m - Xhat x (Mean m x) (Var m x (Mean m x)) eps k * sum
    m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i * u i) / INR m)).
Proof.
  intros m eps u x k Hm Hroot Hk.
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
  assert (e4 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e3 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m eps u x k size Hroot Hk)).
  change (- ((x k - mean) * rstd ^ 3 * sum m (fun i => (x i - mean) * u i) / INR m) + u k * rstd - rstd * sum
    m u / INR m = rstd * (u k - sum m u / INR m - Xhat x mean var eps k * sum m (fun i => Xhat x mean var eps
    i * u i) / INR m)).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

Lemma derivative_5 :
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

(** The output (9.41) moves by $\gamma$ times that, and the loss by the sum of $\mathrm{d}y_i$ times the
  movement of $y_i$. *)
Theorem gradients_training_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (u x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x u t) (Mean m (move x u t)) (Var m (move x u
    t) (Mean m (move x u t))) eps) gamma beta i)) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (sum m (fun i => dy i * u i) - sum m dy * sum m u / INR m - sum m
    (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) * sum m (fun i => Xhat x (Mean m x) (Var m
    x (Mean m x)) eps i * u i) / INR m)).
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
  assert (e3 : sum m (fun i => dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : sum m (fun i => Xhat x mean var eps i * u i) = rstd * sum m (fun i => (x i - mean) * u i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * u i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_5 m beta dy eps gamma u x size Hroot)).
  change (- (gamma * rstd * sum m dy * sum m u / INR m) + gamma * rstd * sum m (fun i => dy i * u i) - gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) * sum m (fun i => (x i - mean) * u i) / INR m = gamma *
    rstd * (sum m (fun i => dy i * u i) - sum m dy * sum m u / INR m - sum m (fun i => dy i * Xhat x mean var
    eps i) * sum m (fun i => Xhat x mean var eps i * u i) / INR m)).
  rewrite e3.
  rewrite e4.
  normal.
Qed.

Lemma derivative_6 :
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

(** What stands beside $u_k$ in the movement of the loss is the derivative by $x_k$. *)
Theorem gradients_training_6 :
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
  apply (d_eq _ _ _ _ (derivative_6 m beta dy eps gamma x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma *
    rstd - gamma * rstd * sum m dy / INR m = gamma * rstd * (dy k - sum m dy / INR m - Xhat x mean var eps k *
    sum m (fun i => dy i * Xhat x mean var eps i) / INR m)).
  rewrite e4.
  rewrite e2.
  normal.
Qed.

Lemma derivative_7 :
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

(** The output (9.41) is linear in $\gamma$, and $\hat{x}$ does not depend on it. *)
Theorem gradients_training_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0
  (sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i)).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
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
  apply (d_eq _ _ _ _ (derivative_7 m beta dy eps gamma x size Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = sum m (fun i => dy i * Xhat x mean var eps i)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_8 :
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

(** The output (9.41) moves with $\beta$, element by element. *)
Theorem gradients_training_8 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_8 m beta dy eps gamma x size Hroot)).
  change (sum m dy = sum m dy).
  normal.
Qed.

(** All of it *)
Definition gradients_training := (conj gradients_training_1 (conj gradients_training_2 (conj
  gradients_training_3 (conj gradients_training_4 (conj gradients_training_5 (conj gradients_training_6 (conj
  gradients_training_7 gradients_training_8))))))).
