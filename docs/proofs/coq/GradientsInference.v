(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * The gradients of inference mode *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (beta eps gamma : R) (h : nat -> R) (mean var : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < var + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x h t) mean var eps) gamma beta k) 0
  (h k * gamma * Rstd var eps).
Proof.
  intros m beta eps gamma h mean var x k size Hroot Hk.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gamma * ((h k - 0) / sqrt (var + eps)) + 0)).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (gamma * ((h k - 0) / sqrt (var + eps)) + 0 = h k * gamma * rstd).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** Only the numerator of (9.40) moves. *)
Theorem gradients_inference_1 :
  forall (m : nat) (beta eps gamma mean : R) (u : nat -> R) (var : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < var + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => Y (Xhat (move x u t) mean var eps) gamma beta k) 0
  (gamma * Rstd var eps * u k).
Proof.
  intros m beta eps gamma mean u var x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_1 m beta eps gamma u mean var x k size Hroot Hk)).
  change (u k * gamma * rstd = gamma * rstd * u k).
  normal.
Qed.

Lemma derivative_2 :
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

(** What stands beside $u_k$ in the movement of the loss. *)
Theorem gradients_inference_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < var + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) mean var eps) gamma beta i)) 0
  (gamma * Rstd var eps * dy k).
Proof.
  intros m beta dy eps gamma mean var x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_2 m beta dy eps gamma mean var x k size Hroot Hk)).
  change (dy k * gamma * rstd = gamma * rstd * dy k).
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  0 < INR m ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x mean var eps) (gamma + t * 1) beta i)) 0
  (Rstd var eps * sum m (fun i => (x i - mean) * dy i)).
Proof.
  intros m beta dy eps gamma mean var x size Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0
    + 0)))).
  { derive. }
  rewrite ?move_0.
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

(** The output (9.41) is linear in $\gamma$. *)
Theorem gradients_inference_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x mean var eps) (gamma + t * 1) beta i)) 0
  (sum m (fun i => dy i * Xhat x mean var eps i)).
Proof.
  intros m beta dy eps gamma mean var x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
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
  apply (d_eq _ _ _ _ (derivative_3 m beta dy eps gamma mean var x size Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = sum m (fun i => dy i * Xhat x mean var eps i)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  0 < INR m ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x mean var eps) gamma (beta + t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma mean var x size Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * (0 + (0 + (1 * 1 + 0 * 0)))))).
  { derive. }
  rewrite ?move_0.
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

(** The output (9.41) moves with $\beta$. *)
Theorem gradients_inference_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x mean var eps) gamma (beta + t * 1) i)) 0
  (sum m dy).
Proof.
  intros m beta dy eps gamma mean var x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_4 m beta dy eps gamma mean var x size Hroot)).
  change (sum m dy = sum m dy).
  normal.
Qed.

Lemma derivative_5 :
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

(** The mean, where it is a parameter, moves every element alike. *)
Theorem gradients_inference_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (mean + t * 1) var eps) gamma beta i)) 0
  (- (gamma * Rstd var eps * sum m dy)).
Proof.
  intros m beta dy eps gamma mean var x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_5 m beta dy eps gamma mean var x size Hroot)).
  change (- (gamma * rstd * sum m dy) = - (gamma * rstd * sum m dy)).
  normal.
Qed.

Lemma derivative_6 :
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

(** The variance, where it is a parameter, moves the root. *)
Theorem gradients_inference_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma mean var : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < var + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x mean (var + t * 1) eps) gamma beta i)) 0
  (- (gamma * Rstd var eps ^ 2 * sum m (fun i => dy i * Xhat x mean var eps i) / 2)).
Proof.
  intros m beta dy eps gamma mean var x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
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
  apply (d_eq _ _ _ _ (derivative_6 m beta dy eps gamma mean var x size Hroot)).
  change (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / 2) = - (gamma * rstd ^ 2 * sum m (fun i
    => dy i * Xhat x mean var eps i) / 2)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_7 :
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

Lemma derivative_8 :
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

Lemma derivative_9 :
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

(** What training mode adds to this: the two terms that reach an element through the statistics. *)
Theorem gradients_inference_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m x) (Var m x (Mean m x))
    eps) gamma beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x + t * 1) (Var m x (Mean m x)) eps) gamma
    beta i)) 0) /\
  (ex_derive (fun t : R => Mean m (move x (unit k) t)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x) + t * 1) eps) gamma
    beta i)) 0) /\
  (ex_derive (fun t : R => Var m (move x (unit k) t) (Mean m x)) 0) /\
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 - Derive (fun t => sum m (fun i =>
    dy i * Y (Xhat (move x (unit k) t) (Mean m x) (Var m x (Mean m x)) eps) gamma beta i)) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x + t * 1) (Var m x (Mean m x)) eps) gamma beta
    i)) 0 * Derive (fun t => Mean m (move x (unit k) t)) 0 + Derive (fun t => sum m (fun i => dy i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x) + t * 1) eps) gamma beta i)) 0 * Derive (fun t => Var m (move x (unit k) t)
    (Mean m x)) 0.
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
    { apply is_derive_unique. exact (derivative_7 m beta dy eps gamma x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) mean var eps) gamma beta
    i)) 0 = dy k * gamma * rstd).
  {
    transitivity (dy k * gamma * rstd).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma mean var x k size Hroot Hk). }
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x (mean + t * 1) var eps) gamma beta i)) 0 = -
    (gamma * rstd * sum m dy)).
  {
    transitivity (- (gamma * rstd * sum m dy)).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma mean var x size Hroot). }
    normal.
  }
  assert (e4 : Derive (fun t => Mean m (move x (unit k) t)) 0 = 1 / INR m).
  {
    transitivity (1 / INR m).
    { apply is_derive_unique. exact (derivative_8 m x k size Hk). }
    normal.
  }
  assert (e5 : Derive (fun t => sum m (fun i => dy i * Y (Xhat x mean (var + t * 1) eps) gamma beta i)) 0 = -
    (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / 2)).
  {
    transitivity (- (gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / 2)).
    { apply is_derive_unique. exact (derivative_6 m beta dy eps gamma mean var x size Hroot). }
    normal.
  }
  assert (e6 : Derive (fun t => Var m (move x (unit k) t) mean) 0 = 2 * (x k - mean) / INR m).
  {
    transitivity (2 * (x k - mean) / INR m).
    { apply is_derive_unique. exact (derivative_9 m mean x k size Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_7 m beta dy eps gamma x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy eps gamma mean var x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma mean var x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_8 m x k size Hk).
  }
  split.
  {
    eexists. exact (derivative_6 m beta dy eps gamma mean var x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_9 m mean x k size Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 - Derive (fun t => sum m
    (fun i => dy i * Y (Xhat (move x (unit k) t) mean var eps) gamma beta i)) 0 = Derive (fun t => sum m (fun
    i => dy i * Y (Xhat x (mean + t * 1) var eps) gamma beta i)) 0 * Derive (fun t => Mean m (move x (unit k)
    t)) 0 + Derive (fun t => sum m (fun i => dy i * Y (Xhat x mean (var + t * 1) eps) gamma beta i)) 0 *
    Derive (fun t => Var m (move x (unit k) t) mean) 0).
  rewrite e1.
  rewrite e2.
  rewrite e3.
  rewrite e5.
  rewrite e6.
  rewrite e4.
  normal.
Qed.

(** All of it *)
Definition gradients_inference := (conj gradients_inference_1 (conj gradients_inference_2 (conj
  gradients_inference_3 (conj gradients_inference_4 (conj gradients_inference_5 (conj gradients_inference_6
  gradients_inference_7)))))).
