(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * A residual and a rectifier behind the layer *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

Lemma derivative_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i + residual i))) 0
  (- ((x k - Mean m x) * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x) * dy i *
    gate i) / INR m) + dy k * gate k * gamma * Rstd (Var m x (Mean m x)) eps - gamma * Rstd (Var m x (Mean m
    x)) eps * sum m (fun i => dy i * gate i) / INR m).
Proof.
  intros m beta dy eps gamma gate residual x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i2 => dy i2 * gate i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt
    (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) - (move x (unit k) 0 i2 - Mean m (move x
    (unit k) 0)) * ((sum m (fun i1 => 2 * ((move x (unit k) 0 i1 - Mean m (move x (unit k) 0)) ^ 1 * (unit k
    i1 - sum m (unit k) / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit
    k) 0)) + eps)))) / sqrt (Var m (move x (unit k) 0) (Mean m (move x (unit k) 0)) + eps) ^ 2) + 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i2 => dy i2 * gate i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var +
    eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR m)))
    / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0 + 0)) = - ((x k - mean) * gamma * rstd
    ^ 3 * sum m (fun i => (x i - mean) * dy i * gate i) / INR m) + dy k * gate k * gamma * rstd - gamma * rstd
    * sum m (fun i => dy i * gate i) / INR m).
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
  assert (e4 : sum m (fun i2 => dy i2 * gate i2 * (gamma * (((unit k i2 - sum m (unit k) / INR m) * sqrt (var
    + eps) - (x i2 - mean) * ((sum m (fun i1 => 2 * ((x i1 - mean) ^ 1 * (unit k i1 - sum m (unit k) / INR
    m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var + eps) ^ 2) + 0 + 0)) = - ((x k - mean) * gamma *
    rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * gate i) / INR m) + dy k * gate k * gamma * rstd - gamma *
    rstd * sum m (fun i => dy i * gate i) / INR m).
  {
    transitivity (sum m (fun i2 => (gamma * rstd) * (dy i2 * gate i2 * unit k i2) + ((- (gamma * rstd / INR
      m)) * (dy i2 * gate i2) + ((- ((x k - mean) * gamma * rstd ^ 3 / INR m)) * ((x i2 - mean) * dy i2 * gate
      i2) + (0))))).
    { apply sum_ext; intros i2 Hi2.
      rewrite e3.
      rewrite e2.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_cons, sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i2 => dy i2 * gate i2) Hk).
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

(** $L$ depends on $x$ through $y$ alone, and $\mathrm{d}y_i g_i$ stands beside $y_i$. *)
Theorem relu_residual_1 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i + residual i))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i + residual i))) 0 =
  Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0.
Proof.
  intros m beta dy eps gamma gate residual x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i + residual i))) 0
    = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * gate i) / INR m) + dy k *
    gate k * gamma * rstd - gamma * rstd * sum m (fun i => dy i * gate i) / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * gate i) / INR m)
      + dy k * gate k * gamma * rstd - gamma * rstd * sum m (fun i => dy i * gate i) / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma gate residual x k size Hroot Hk). }
    normal.
  }
  assert (e2 : sum m (fun i => (x i - mean) * (gate i * dy i)) = sum m (fun i => (x i - mean) * dy i * gate
    i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : sum m (fun i => gate i * dy i) = sum m (fun i => dy i * gate i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e4 : Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) (Mean m (move x
    (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k -
    mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * gate i) / INR m) + dy k * gate k * gamma
    * rstd - gamma * rstd * sum m (fun i => dy i * gate i) / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * (gate i * dy i)) / INR
      m) + gate k * dy k * gamma * rstd - gamma * rstd * sum m (fun i => gate i * dy i) / INR m).
    { apply is_derive_unique. exact (derivative_2 m beta (fun i => gate i * dy i) eps gamma x k size Hroot
      Hk). }
    rewrite e2.
    rewrite e3.
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma gate residual x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_2 m beta (fun i => gate i * dy i) eps gamma x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i + residual i))) 0 =
    Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0).
  rewrite e1.
  rewrite e4.
  normal.
Qed.

(** In closed form: the gate stands inside the means too. *)
Theorem relu_residual_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) (Mean m (move x (unit
    k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i + residual i))) 0
  (gamma * Rstd (Var m x (Mean m x)) eps * (gate k * dy k - sum m (fun i => gate i * dy i) / INR m - Xhat x
    (Mean m x) (Var m x (Mean m x)) eps k * sum m (fun i => gate i * dy i * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i) / INR m)).
Proof.
  intros m beta dy eps gamma gate residual x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => gate i * dy i) = sum m (fun i => dy i * gate i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * gate i) + (0))).
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
  assert (e5 : sum m (fun i => gate i * dy i * Xhat x mean var eps i) = rstd * sum m (fun i => (x i - mean) *
    dy i * gate i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e4 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m beta dy eps gamma gate residual x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i * gate i) / INR m) + dy k *
    gate k * gamma * rstd - gamma * rstd * sum m (fun i => dy i * gate i) / INR m = gamma * rstd * (gate k *
    dy k - sum m (fun i => gate i * dy i) / INR m - Xhat x mean var eps k * sum m (fun i => gate i * dy i *
    Xhat x mean var eps i) / INR m)).
  rewrite e5.
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    (gamma + t * 1) beta i + residual i))) 0
  (Rstd (Var m x (Mean m x)) eps * sum m (fun i => (x i - Mean m x) * dy i * gate i)).
Proof.
  intros m beta dy eps gamma gate residual x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * gate i * ((0 + (1 * 1 + 0 * 0)) * Xhat x (Mean m x) (Var m x (Mean m
    x)) eps i + (gamma + 0 * 1) * 0 + 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * gate i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 * 1) * 0
    + 0 + 0)) = rstd * sum m (fun i => (x i - mean) * dy i * gate i)).
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
  assert (e3 : sum m (fun i => dy i * gate i * ((0 + (1 * 1 + 0 * 0)) * Xhat x mean var eps i + (gamma + 0 *
    1) * 0 + 0 + 0)) = rstd * sum m (fun i => (x i - mean) * dy i * gate i)).
  {
    transitivity (sum m (fun i => (rstd) * ((x i - mean) * dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite (e2 i Hi).
      normal. }
    rewrite sum_cons, sum_nil.
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

(** So it is with $\gamma$ ... *)
Theorem relu_residual_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    (gamma + t * 1) beta i + residual i))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => gate i * dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    (gamma + t * 1) beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t
    * 1) beta i + residual i))) 0 =
  Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0.
Proof.
  intros m beta dy eps gamma gate residual x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x))
    eps) (gamma + t * 1) beta i + residual i))) 0 = rstd * sum m (fun i => (x i - mean) * dy i * gate i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * dy i * gate i)).
    { apply is_derive_unique. exact (derivative_3 m beta dy eps gamma gate residual x size Hroot). }
    normal.
  }
  assert (e2 : sum m (fun i => (x i - mean) * (gate i * dy i)) = sum m (fun i => (x i - mean) * dy i * gate
    i)).
  {
    transitivity (sum m (fun i => (1) * ((x i - mean) * dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    (gamma + t * 1) beta i)) 0 = rstd * sum m (fun i => (x i - mean) * dy i * gate i)).
  {
    transitivity (rstd * sum m (fun i => (x i - mean) * (gate i * dy i))).
    { apply is_derive_unique. exact (derivative_4 m beta (fun i => gate i * dy i) eps gamma x size Hroot). }
    rewrite e2.
    normal.
  }
  split.
  {
    eexists. exact (derivative_3 m beta dy eps gamma gate residual x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_4 m beta (fun i => gate i * dy i) eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    (gamma + t * 1) beta i + residual i))) 0 = Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) (gamma + t * 1) beta i)) 0).
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i + residual i))) 0
  (sum m (fun i => dy i * gate i)).
Proof.
  intros m beta dy eps gamma gate residual x size Hroot.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * gate i * (0 + (0 + (1 * 1 + 0 * 0)) + 0)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * gate i * (0 + (0 + (1 * 1 + 0 * 0)) + 0)) = sum m (fun i => dy i * gate i)).
  assert (e1 : sum m (fun i => dy i * gate i * (0 + (0 + (1 * 1 + 0 * 0)) + 0)) = sum m (fun i => dy i * gate
    i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  rewrite e1.
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

(** ... and with $\beta$. *)
Theorem relu_residual_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (ex_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i + residual i))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => gate i * dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta
    + t * 1) i + residual i))) 0 =
  Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta
    + t * 1) i)) 0.
Proof.
  intros m beta dy eps gamma gate residual x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x))
    eps) gamma (beta + t * 1) i + residual i))) 0 = sum m (fun i => dy i * gate i)).
  {
    transitivity (sum m (fun i => dy i * gate i)).
    { apply is_derive_unique. exact (derivative_5 m beta dy eps gamma gate residual x size Hroot). }
    normal.
  }
  assert (e2 : sum m (fun i => gate i * dy i) = sum m (fun i => dy i * gate i)).
  {
    transitivity (sum m (fun i => (1) * (dy i * gate i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (e3 : Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i)) 0 = sum m (fun i => dy i * gate i)).
  {
    transitivity (sum m (fun i => gate i * dy i)).
    { apply is_derive_unique. exact (derivative_6 m beta (fun i => gate i * dy i) eps gamma x size Hroot). }
    rewrite e2.
    normal.
  }
  split.
  {
    eexists. exact (derivative_5 m beta dy eps gamma gate residual x size Hroot).
  }
  split.
  {
    eexists. exact (derivative_6 m beta (fun i => gate i * dy i) eps gamma x size Hroot).
  }
  change (Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma (beta + t * 1) i + residual i))) 0 = Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat x
    (Mean m x) (Var m x (Mean m x)) eps) gamma (beta + t * 1) i)) 0).
  rewrite e1.
  rewrite e3.
  normal.
Qed.

Lemma derivative_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma beta i + move residual (unit k) t i))) 0
  (dy k * gate k).
Proof.
  intros m beta dy eps gamma gate residual x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * gate i * (0 + unit k i)))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * gate i * (0 + unit k i)) = dy k * gate k).
  assert (e1 : sum m (fun i => dy i * gate i * (0 + unit k i)) = dy k * gate k).
  {
    transitivity (sum m (fun i => (1) * (dy i * gate i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => dy i * gate i) Hk).
    normal.
  }
  rewrite e1.
  normal.
Qed.

(** The residual is added behind the layer. *)
Theorem relu_residual_5 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate residual x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps)
    gamma beta i + move residual (unit k) t i))) 0
  (gate k * dy k).
Proof.
  intros m beta dy eps gamma gate residual x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_7 m beta dy eps gamma gate residual x k size Hroot Hk)).
  change (dy k * gate k = gate k * dy k).
  normal.
Qed.

Lemma derivative_8 :
  forall (m : nat) (beta eps gamma : R) (gate h residual x : nat -> R) (k : nat),
  0 < INR m ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => gate k * (Y (Xhat (move x h t) (Mean m (move x h t)) (Var m (move x h t) (Mean m
    (move x h t))) eps) gamma beta k + residual k)) 0
  (- ((x k - Mean m x) * gate k * gamma * Rstd (Var m x (Mean m x)) eps ^ 3 * sum m (fun i => (x i - Mean m x)
    * h i) / INR m) + gate k * h k * gamma * Rstd (Var m x (Mean m x)) eps - gate k * gamma * Rstd (Var m x
    (Mean m x)) eps * sum m h / INR m).
Proof.
  intros m beta eps gamma gate h residual x k size Hroot Hk.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (gate k * (gamma * (((h k - sum m h / INR m) * sqrt (Var m (move x h 0) (Mean m (move x h
    0)) + eps) - (move x h 0 k - Mean m (move x h 0)) * ((sum m (fun i1 => 2 * ((move x h 0 i1 - Mean m (move
    x h 0)) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (Var m (move x h 0) (Mean m (move x h
    0)) + eps)))) / sqrt (Var m (move x h 0) (Mean m (move x h 0)) + eps) ^ 2) + 0 + 0))).
  { derive. }
  rewrite ?move_0.
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  change (gate k * (gamma * (((h k - sum m h / INR m) * sqrt (var + eps) - (x k - mean) * ((sum m (fun i1 => 2
    * ((x i1 - mean) ^ 1 * (h i1 - sum m h / INR m))) / INR m + 0) / (2 * sqrt (var + eps)))) / sqrt (var +
    eps) ^ 2) + 0 + 0) = - ((x k - mean) * gate k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * h i) /
    INR m) + gate k * h k * gamma * rstd - gate k * gamma * rstd * sum m h / INR m).
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

Lemma derivative_9 :
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

(** Forward mode passes the same gate. *)
Theorem relu_residual_6 :
  forall (m : nat) (beta eps gamma : R) (gate residual v x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => gate k * (Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m
    (move x v t))) eps) gamma beta k + residual k)) 0) /\
  (ex_derive (fun t : R => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0) /\
  Derive (fun t => gate k * (Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k + residual k)) 0 =
  gate k * Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x v
    t))) eps) gamma beta k) 0.
Proof.
  intros m beta eps gamma gate residual v x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => gate k * (Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean
    m (move x v t))) eps) gamma beta k + residual k)) 0 = - ((x k - mean) * gate k * gamma * rstd ^ 3 * sum m
    (fun i => (x i - mean) * v i) / INR m) + gate k * v k * gamma * rstd - gate k * gamma * rstd * sum m v /
    INR m).
  {
    transitivity (- ((x k - mean) * gate k * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) +
      gate k * v k * gamma * rstd - gate k * gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_8 m beta eps gamma gate v residual x k size Hroot Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m (move x
    v t))) eps) gamma beta k) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) /
    INR m) + v k * gamma * rstd - gamma * rstd * sum m v / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * v i) / INR m) + v k *
      gamma * rstd - gamma * rstd * sum m v / INR m).
    { apply is_derive_unique. exact (derivative_9 m beta eps gamma v x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_8 m beta eps gamma gate v residual x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_9 m beta eps gamma v x k size Hroot Hk).
  }
  change (Derive (fun t => gate k * (Y (Xhat (move x v t) (Mean m (move x v t)) (Var m (move x v t) (Mean m
    (move x v t))) eps) gamma beta k + residual k)) 0 = gate k * Derive (fun t => Y (Xhat (move x v t) (Mean m
    (move x v t)) (Var m (move x v t) (Mean m (move x v t))) eps) gamma beta k) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

Lemma derivative_10 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate : nat -> R) (mean : R) (residual : nat ->
    R) (var : R) (x : nat -> R) (k : nat),
  0 < INR m ->
  0 < var + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) mean var eps) gamma
    beta i + residual i))) 0
  (dy k * gate k * gamma * Rstd var eps).
Proof.
  intros m beta dy eps gamma gate mean residual var x k size Hroot Hk.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ (sum m (fun i => dy i * gate i * (gamma * ((unit k i - 0) / sqrt (var + eps)) + 0 + 0)))).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change (sum m (fun i => dy i * gate i * (gamma * ((unit k i - 0) / sqrt (var + eps)) + 0 + 0)) = dy k * gate
    k * gamma * rstd).
  assert (e1 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e2 : sum m (fun i => dy i * gate i * (gamma * ((unit k i - 0) / sqrt (var + eps)) + 0 + 0)) = dy k *
    gate k * gamma * rstd).
  {
    transitivity (sum m (fun i => (gamma * rstd) * (dy i * gate i * unit k i) + (0))).
    { apply sum_ext; intros i Hi.
      rewrite e1.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite (sum_unit m k (fun i => dy i * gate i) Hk).
    normal.
  }
  rewrite e2.
  normal.
Qed.

Lemma derivative_11 :
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

(** In inference mode it is the same. *)
Theorem relu_residual_7 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (gate : nat -> R) (mean : R) (residual : nat ->
    R) (var : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < var + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) mean var eps) gamma
    beta i + residual i))) 0) /\
  (ex_derive (fun t : R => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) mean var eps) gamma
    beta i)) 0) /\
  Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) mean var eps) gamma beta i +
    residual i))) 0 =
  Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) mean var eps) gamma beta i)) 0.
Proof.
  intros m beta dy eps gamma gate mean residual var x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (rstd := Rstd var eps) in *.
  assert (e1 : Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) mean var eps)
    gamma beta i + residual i))) 0 = dy k * gate k * gamma * rstd).
  {
    transitivity (dy k * gate k * gamma * rstd).
    { apply is_derive_unique. exact (derivative_10 m beta dy eps gamma gate mean residual var x k size Hroot
      Hk). }
    normal.
  }
  assert (e2 : Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t) mean var eps)
    gamma beta i)) 0 = dy k * gate k * gamma * rstd).
  {
    transitivity (gate k * dy k * gamma * rstd).
    { apply is_derive_unique. exact (derivative_11 m beta (fun i => gate i * dy i) eps gamma mean var x k size
      Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_10 m beta dy eps gamma gate mean residual var x k size Hroot Hk).
  }
  split.
  {
    eexists. exact (derivative_11 m beta (fun i => gate i * dy i) eps gamma mean var x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i => dy i * gate i * (Y (Xhat (move x (unit k) t) mean var eps) gamma
    beta i + residual i))) 0 = Derive (fun t => sum m (fun i => gate i * dy i * Y (Xhat (move x (unit k) t)
    mean var eps) gamma beta i)) 0).
  rewrite e1.
  rewrite e2.
  normal.
Qed.

(** All of it *)
Definition relu_residual := (conj relu_residual_1 (conj relu_residual_2 (conj relu_residual_3 (conj
  relu_residual_4 (conj relu_residual_5 (conj relu_residual_6 relu_residual_7)))))).
