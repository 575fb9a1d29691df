(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The gradient of training mode, node by node *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (gamma : R) (xhat : nat -> R) (k : nat),
  0 < INR m ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (move xhat (unit k) t) gamma beta i)) 0
  (dy k * gamma).
Proof.
  intros m beta dy gamma xhat k size Hk.
  apply (d_eq _ _ (sum m (fun i => dy i * (gamma * unit k i + 0)))).
  { derive. }
  rewrite ?move_0.
  change (sum m (fun i => dy i * (gamma * unit k i + 0)) = dy k * gamma).
  assert (e1 : sum m (fun i => dy i * (gamma * unit k i + 0)) = dy k * gamma).
  {
    transitivity (sum m (fun i => (gamma) * (dy i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => dy i) Hk).
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** (9.41): the loss by the standardised input. *)
Theorem gradients_graph_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (move (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (unit k)
    t) gamma beta i)) 0
  (gamma * dy k).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_1 m beta dy gamma (Xhat x mean var eps) k size Hk)).
  change (dy k * gamma = gamma * dy k).
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  0 < INR m ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x mean (var + t * 1) eps) gamma beta i)) 0
  (- (gamma * Rstd var eps ^ 3 * sum m (fun i => (x i - mean) * dy i) / 2)).
Proof.
  intros m beta dy eps gamma mean var x size Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (gamma * ((0 * sqrt (var + 0 * 1 + eps) - (x i - mean) * ((0 + (1 *
    1 + 0 * 0) + 0) / (2 * sqrt (var + 0 * 1 + eps)))) / sqrt (var + 0 * 1 + eps) ^ 2) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * (gamma * ((0 * sqrt (var + 0 * 1 + eps) - (x i - mean) * ((0 + (1 * 1 + 0 *
    0) + 0) / (2 * sqrt (var + 0 * 1 + eps)))) / sqrt (var + 0 * 1 + eps) ^ 2) + 0)) = - (gamma * rstd ^ 3 *
    sum m (fun i => (x i - mean) * dy i) / 2)).
  assert (e1 : sqrt (var + 0 * 1 + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => dy i * (gamma * ((0 * sqrt (var + 0 * 1 + eps) - (x i - mean) * ((0 + (1 * 1 +
    0 * 0) + 0) / (2 * sqrt (var + 0 * 1 + eps)))) / sqrt (var + 0 * 1 + eps) ^ 2) + 0)) = - (gamma * rstd ^ 3
    * sum m (fun i => (x i - mean) * dy i) / 2)).
  {
    transitivity (sum m (fun i => (- (gamma * rstd ^ 3 / 2)) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** (9.40), by the variance: $\partial \hat{x}_i/\partial \sigma^2 = -\frac{1}{2} (x_i - \mu) r^3$. *)
Theorem gradients_graph_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x) + t * 1) eps) gamma
    beta i)) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => dy i * (x i - Mean m x)) / 2)).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * (x i - mean)) = sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_2 m beta dy eps gamma mean var x size Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / 2) = - (gamma * rstd ^ 3 * sum m (fun i
    => dy i * (x i - mean)) / 2)).
  rewrite e1.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  0 < INR m ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (mean + t * 1) var eps) gamma beta i)) 0
  (- (gamma * Rstd var eps * sum m dy)).
Proof.
  intros m beta dy eps gamma mean var x size Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (gamma * ((0 - (0 + (1 * 1 + 0 * 0))) / sqrt (var + eps)) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * (gamma * ((0 - (0 + (1 * 1 + 0 * 0))) / sqrt (var + eps)) + 0)) = - (gamma *
    rstd * sum m dy)).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => dy i * (gamma * ((0 - (0 + (1 * 1 + 0 * 0))) / sqrt (var + eps)) + 0)) = -
    (gamma * rstd * sum m dy)).
  {
    transitivity (sum m (fun i => (- (gamma * rstd)) * (dy i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** (9.40), by the mean, the variance held: $\partial \hat{x}_i/\partial \mu = -r$. *)
Theorem gradients_graph_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x + t * 1) (Var m x (Mean m x)) eps) gamma
    beta i)) 0
  (- (gamma * Rstd (Var m x (Mean m x)) eps * sum m dy)).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m beta dy eps gamma mean var x size Hroot)).
  change (- (gamma * rstd * sum m dy) = - (gamma * rstd * sum m dy)).
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (mean : R) (x : nat -> R),
  0 < INR m ->
  is_derive (fun t : R => Var m x (mean + t * 1)) 0
  (- (2 * sum m (fun i => x i - mean) / INR m)).
Proof.
  intros m mean x size.
  apply (d_eq _ _ (sum m (fun i => 2 * ((x i - (mean + 0 * 1)) ^ 1 * (0 - (0 + (1 * 1 + 0 * 0))))) / INR m)).
  { derive. }
  rewrite ?move_0.
  change (sum m (fun i => 2 * ((x i - (mean + 0 * 1)) ^ 1 * (0 - (0 + (1 * 1 + 0 * 0))))) / INR m = - (2 * sum
    m (fun i => x i - mean) / INR m)).
  assert (e1 : sum m (fun i => 2 * ((x i - (mean + 0 * 1)) ^ 1 * (0 - (0 + (1 * 1 + 0 * 0))))) = - (2 * sum m
    (fun i => x i - mean))).
  {
    transitivity (sum m (fun i => (- 2) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** (9.39), by the mean: $-\frac{2}{m} \sum (x_i - \mu)$, which is identically 0. Texts carry this term along.
  *)
Theorem gradients_graph_4 :
  forall (m : nat) (x : nat -> R),
  (1 <= m)%nat ->
  is_derive (fun t : R => Var m x (Mean m x + t * 1)) 0
  (0).
Proof.
  intros m x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m (fun i => x i - mean) = 0).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite first_moment.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_4 m mean x size)).
  change (- (2 * sum m (fun i => x i - mean) / INR m) = 0).
  rewrite e1.
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (x : nat -> R) (k : nat),
  0 < INR m ->
  (k < m)%nat ->
  is_derive (fun t : R => Mean m (move x (unit k) t)) 0
  (1 / INR m).
Proof.
  intros m x k size Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  apply (d_eq _ _ (sum m (unit k) / INR m)).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change (sum m (unit k) / INR m = 1 / INR m).
  assert (e1 : sum m (unit k) = 1).
  {
    transitivity (sum m (fun i => (1) * (1 * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => 1) Hk).
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** (9.38), by an element. *)
Theorem gradients_graph_5 :
  forall (m : nat) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  (k < m)%nat ->
  is_derive (fun t : R => Mean m (move x (unit k) t)) 0
  (1 / INR m).
Proof.
  intros m x k Hm Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  apply (d_eq _ _ _ _ (derivative_5 m x k size Hk)).
  change (1 / INR m = 1 / INR m).
  normal.
Qed.

Lemma derivative_6 :
  forall (m : nat) (mean : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  (k < m)%nat ->
  is_derive (fun t : R => Var m (move x (unit k) t) mean) 0
  (2 * (x k - mean) / INR m).
Proof.
  intros m mean x k size Hk.
  apply (d_eq _ _ (sum m (fun i => 2 * ((move x (unit k) 0 i - mean) ^ 1 * (unit k i - 0))) / INR m)).
  { derive. }
  rewrite ?move_0.
  change (sum m (fun i => 2 * ((x i - mean) ^ 1 * (unit k i - 0))) / INR m = 2 * (x k - mean) / INR m).
  assert (e1 : sum m (fun i => 2 * ((x i - mean) ^ 1 * (unit k i - 0))) = 2 * (x k - mean)).
  {
    transitivity (sum m (fun i => (2) * ((x i - mean) * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => x i - mean) Hk).
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** (9.39), by an element, the mean held. *)
Theorem gradients_graph_6 :
  forall (m : nat) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  (k < m)%nat ->
  is_derive (fun t : R => Var m (move x (unit k) t) (Mean m x)) 0
  (2 * (x k - Mean m x) / INR m).
Proof.
  intros m x k Hm Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  apply (d_eq _ _ _ _ (derivative_6 m mean x k size Hk)).
  change (2 * (x k - mean) / INR m = 2 * (x k - mean) / INR m).
  normal.
Qed.

Lemma derivative_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < var + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) mean var eps) gamma beta i)) 0
  (dy k * gamma * Rstd var eps).
Proof.
  intros m beta dy eps gamma mean var x k size Hroot Hk.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (gamma * ((unit k i - 0) / sqrt (var + eps)) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * (gamma * ((unit k i - 0) / sqrt (var + eps)) + 0)) = dy k * gamma * rstd).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => dy i * (gamma * ((unit k i - 0) / sqrt (var + eps)) + 0)) = dy k * gamma *
    rstd).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (dy i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => dy i) Hk).
    normal.
  }
  rewrite e2.
  normal.
Qed.

(** (9.40), by an element, mean and variance held. *)
Theorem gradients_graph_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m x) (Var m x (Mean m x))
    eps) gamma beta i)) 0
  (gamma * dy k * Rstd (Var m x (Mean m x)) eps).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_7 m beta dy eps gamma mean var x k size Hroot Hk)).
  change (dy k * gamma * rstd = gamma * dy k * rstd).
  normal.
Qed.

Lemma derivative_8 :
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

(** The chain rule adds the three paths from the loss to an element. *)
Theorem gradients_graph_8 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (gamma * dy k * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i =>
    dy i * (x i - Mean m x)) * 2 * (x k - Mean m x) / (2 * INR m) - gamma * Rstd (Var m x (Mean m x)) eps *
    sum m dy * 1 / INR m).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * (x i - mean)) = sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_8 m beta dy eps gamma x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma *
    rstd - gamma * rstd * sum m dy / INR m = gamma * dy k * rstd - gamma * rstd ^ 3 * sum m (fun i => dy i *
    (x i - mean)) * 2 * (x k - mean) / (2 * INR m) - gamma * rstd * sum m dy * 1 / INR m).
  rewrite e1.
  normal.
Qed.

(** Collected, this is the closed form of the derivation along a direction. *)
Theorem gradients_graph_9 :
  forall (m : nat) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  gamma * dy k * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i =>
    dy i * (x i - Mean m x)) * 2 * (x k - Mean m x) / (2 * INR m) - gamma * Rstd (Var m x (Mean m x)) eps *
    sum m dy * 1 / INR m =
  gamma * Rstd (Var m x (Mean m x)) eps * (dy k - sum m dy / INR m - Xhat x (Mean m x) (Var m x (Mean m x))
    eps k * sum m (fun i => dy i * Xhat x (Mean m x) (Var m x (Mean m x)) eps i) / INR m).
Proof.
  intros m dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => dy i * (x i - mean)) = sum m (fun i => (x i - mean) * dy i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
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
  change (gamma * dy k * rstd - gamma * rstd ^ 3 * sum m (fun i => dy i * (x i - mean)) * 2 * (x k - mean) /
    (2 * INR m) - gamma * rstd * sum m dy * 1 / INR m = gamma * rstd * (dy k - sum m dy / INR m - Xhat x mean
    var eps k * sum m (fun i => dy i * Xhat x mean var eps i) / INR m)).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (gamma : R) (xhat : nat -> R),
  0 < INR m ->
  is_derive (fun t : R => sum m (fun i => dy i * Y xhat (gamma + t * 1) beta i)) 0
  (sum m (fun i => dy i * xhat i)).
Proof.
  intros m beta dy gamma xhat size.
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * xhat i + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  change (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * xhat i + (gamma + 0 * 1) * 0 + 0)) = sum m (fun i =>
    dy i * xhat i)).
  assert (e1 : sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * xhat i + (gamma + 0 * 1) * 0 + 0)) = sum m (fun
    i => dy i * xhat i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * xhat i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** (9.41), by $\gamma$, the standardised input held. *)
Theorem gradients_graph_10 :
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
  apply (d_eq _ _ _ _ (derivative_9 m beta dy gamma (Xhat x mean var eps) size)).
  change (sum m (fun i => dy i * Xhat x mean var eps i) = sum m (fun i => dy i * Xhat x mean var eps i)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_10 :
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

(** No other path leads from the loss to $\gamma$ ... *)
Theorem gradients_graph_11 :
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
  apply (d_eq _ _ _ _ (derivative_10 m beta dy eps gamma x size Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = sum m (fun i => dy i * Xhat x mean var eps i)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_11 :
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

(** ... and (9.41) is the only one to $\beta$. *)
Theorem gradients_graph_12 :
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
  apply (d_eq _ _ _ _ (derivative_11 m beta dy eps gamma x size Hroot)).
  change (sum m dy = sum m dy).
  normal.
Qed.

(** All of it *)
Definition gradients_graph := (conj gradients_graph_1 (conj gradients_graph_2 (conj gradients_graph_3 (conj
  gradients_graph_4 (conj gradients_graph_5 (conj gradients_graph_6 (conj gradients_graph_7 (conj
  gradients_graph_8 (conj gradients_graph_9 (conj gradients_graph_10 (conj gradients_graph_11
  gradients_graph_12))))))))))).
