(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Batch renormalization *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** (9.41), multiplied out: $a$ and $c$ come before $\gamma$ and $\beta$. *)
Theorem batch_renormalization_1 :
  forall (m : nat) (a beta c eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  gamma * (a * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + c) + beta =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma * a) (gamma * c + beta) k.
Proof.
  intros m a beta c eps gamma x k Hm Hroot Hk.
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
  assert (e3 : Y (Xhat x mean var eps) (gamma * a) (gamma * c + beta) k = (x k - mean) * a * gamma * rstd +
    beta + c * gamma).
  {
    change (gamma * a * Xhat x mean var eps k + (gamma * c + beta) = (x k - mean) * a * gamma * rstd + beta +
      c * gamma).
    rewrite e2.
    normal.
  }
  change (gamma * (a * Xhat x mean var eps k + c) + beta = Y (Xhat x mean var eps) (gamma * a) (gamma * c +
    beta) k).
  rewrite e3.
  rewrite e2.
  normal.
Qed.

Lemma derivative_1 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0
  (- ((x k - Mean m x) * a * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy
    i) / INR m) + dy k * a * gamma * Rstd (Var m x (Mean m x)) eps - a * gamma * Rstd (Var m x (Mean m x)) eps
    * sum m dy / INR m).
Proof.
  intros m a beta c dy eps gamma x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * (gamma * (a * (((unit k i2 - sum m (unit k) / INR m) * sqrt (Var m
    (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - (move x (unit k) 0 i2 - Mean m (move x (unit k)
    0)) * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k i1 - sum m
    (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) +
    eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) + 0) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * (gamma * (a * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var + eps) -
    (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m))) / INR m
    + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0) + 0)) = - ((x k - mean) * a * gamma * rstd ^
    3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * a * gamma * rstd - a * gamma * rstd * sum m dy
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
  assert (e4 : sum m (fun i2 => dy i2 * (gamma * (a * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var +
    eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m)))
    / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0) + 0)) = - ((x k - mean) * a * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * a * gamma * rstd - a * gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (sum m (fun i2 => (a * gamma * rstd) * (dy i2 * unit k i2) + ((- (a * gamma * rstd / INR m))
      * (dy i2) + ((- ((x k - mean) * a * gamma * rstd ^ 3 / INR m)) * ((x i2 - mean) * dy i2) + (0))))).
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

(** So the derivative by $x$ is that of the layer with the other $\gamma$ ... *)
Theorem batch_renormalization_2 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma * a) beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma * a) beta i)) 0.
Proof.
  intros m a beta c dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0 = - ((x k -
    mean) * a * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * a * gamma * rstd - a
    * gamma * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * a * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy
      k * a * gamma * rstd - a * gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m a beta c dy eps gamma x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) (gamma * a) beta i)) 0 = - ((x k - mean)
    * a * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * a * gamma * rstd - a *
    gamma * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * (gamma * a) * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) +
      dy k * (gamma * a) * rstd - gamma * a * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps (gamma * a) x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m a beta c dy eps gamma x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy eps (gamma * a) x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0 = Derive (fun t =>
    sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t)
    (Mean m (move x (unit k) t))) eps) (gamma * a) beta i)) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** ... which is a factor before it. *)
Theorem batch_renormalization_3 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0 =
  a * Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0.
Proof.
  intros m a beta c dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0 = - ((x k -
    mean) * a * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * a * gamma * rstd - a
    * gamma * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * a * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy
      k * a * gamma * rstd - a * gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m a beta c dy eps gamma x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m a beta c dy eps gamma x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_2 m beta dy eps gamma x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps i + c) + beta))) 0 = a * Derive (fun t
    => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k)
    t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * ((gamma + t * 1) * (a * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + c) + beta))) 0
  (a * Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * dy i) + c * sum m dy).
Proof.
  intros m a beta c dy eps gamma x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * (a * Xhat x (Mean m x) (Var m x (Mean m x))
    eps i + c) + (gamma + 0 * 1) * 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * (a * Xhat x mean var eps i + c) + (gamma + 0 * 1) *
    0 + 0)) = a * rstd * sum m (fun i => (x i - mean) * dy i) + c * sum m dy).
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
  assert (e3 : sum m (fun i => dy i * ((0 + (1 * 1 + 0 * 0)) * (a * Xhat x mean var eps i + c) + (gamma + 0 *
    1) * 0 + 0)) = a * rstd * sum m (fun i => (x i - mean) * dy i) + c * sum m dy).
  {
    transitivity (sum m (fun i => (a * rstd) * ((x i - mean) * dy i) + ((c) * (dy i) + (0)))).
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

(** $\gamma$ stands before $c$ too, so its derivative has both sums. *)
Theorem batch_renormalization_4 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * ((gamma + t * 1) * (a * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + c) + beta))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * ((gamma + t * 1) * (a * Xhat x (Mean m x) (Var m x (Mean m x)) eps i
    + c) + beta))) 0 =
  a * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1)
    beta i)) 0 + c * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i)) 0.
Proof.
  intros m a beta c dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * ((gamma + t * 1) * (a * Xhat x (Mean m x) (Var m x
    (Mean m x)) eps i + c) + beta))) 0 = a * rstd * sum m (fun i => (x i - mean) * dy i) + c * sum m dy).
  {
    transitivity (a * rstd * sum m (fun i => (x i - mean) * dy i) + c * sum m dy).
    { apply is_derive_unique. exact (derivative_3 m a beta c dy eps gamma x size Hroot). }
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
    eexists. exact (derivative_3 m a beta c dy eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_4 m beta dy eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * ((gamma + t * 1) * (a * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + c) + beta))) 0 = a * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x
    (Mean m x)) eps) (gamma + t * 1) beta i)) 0 + c * Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean
    m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1) i)) 0).
  rewrite e1.
  rewrite e2.
  rewrite e3.
  normal.
Qed.

Lemma derivative_6 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * (gamma * (a * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    c) + (beta + t * 1)))) 0
  (sum m dy).
Proof.
  intros m a beta c dy eps gamma x size Hroot.
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

(** $\beta$ comes last. *)
Theorem batch_renormalization_5 :
  forall (m : nat) (a beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * (gamma * (a * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    c) + (beta + t * 1)))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat x (Mean m x) (Var m x (Mean m x)) eps i + c) +
    (beta + t * 1)))) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1)
    i)) 0.
Proof.
  intros m a beta c dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat x (Mean m x) (Var m x (Mean m x))
    eps i + c) + (beta + t * 1)))) 0 = sum m dy).
  {
    transitivity (sum m dy).
    { apply is_derive_unique. exact (derivative_6 m a beta c dy eps gamma x size Hroot). }
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
    eexists. exact (derivative_6 m a beta c dy eps gamma x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * (gamma * (a * Xhat x (Mean m x) (Var m x (Mean m x)) eps i +
    c) + (beta + t * 1)))) 0 = Derive (fun t => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m
    x)) eps) gamma (beta + t * 1) i)) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** Not clipped, and with $e = 1/\sigma$ and $M = \mu$ for the running statistics, the output is that of
  inference mode. The gradient is not: there $\mu_{\mathcal{B}}$ and $\sigma_{\mathcal{B}}$ do not move. *)
Theorem batch_renormalization_6 :
  forall (m : nat) (M beta e eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  gamma * (e / Rstd (Var m x (Mean m x)) eps * Xhat x (Mean m x) (Var m x (Mean m x)) eps k + (Mean m x - M) *
    e) + beta =
  gamma * (x k - M) * e + beta.
Proof.
  intros m M beta e eps gamma x k Hm Hroot Hk.
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
  change (gamma * (e / rstd * Xhat x mean var eps k + (mean - M) * e) + beta = gamma * (x k - M) * e + beta).
  rewrite e2.
  normal.
Qed.

(** All of it *)
Definition batch_renormalization := (conj batch_renormalization_1 (conj batch_renormalization_2 (conj
  batch_renormalization_3 (conj batch_renormalization_4 (conj batch_renormalization_5
  batch_renormalization_6))))).
