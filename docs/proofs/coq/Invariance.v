(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Shifts and scales of the input *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** The mean moves along. *)
Theorem invariance_1 :
  forall (m : nat) (c : R) (x : nat -> R),
  (1 <= m)%nat ->
  Mean m (fun i => x i + c) =
  Mean m x + c.
Proof.
  intros m c x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  change (Mean m (fun i => x i + c) = mean + c).
  rewrite e2.
  normal.
Qed.

(** So the deviations stay, and the variance. *)
Theorem invariance_2 :
  forall (m : nat) (c : R) (x : nat -> R),
  (1 <= m)%nat ->
  Var m (fun i => x i + c) (Mean m (fun i => x i + c)) =
  Var m x (Mean m x).
Proof.
  intros m c x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  {
    change (sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  change (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  rewrite e4.
  normal.
Qed.

(** So everything that is made from them stays. *)
Theorem invariance_3 :
  forall (m : nat) (beta c eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Y (Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i => x i +
    c))) eps) gamma beta k =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta k.
Proof.
  intros m beta c eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  {
    change (sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i =>
    x i + c))) eps k = (x k - mean) * rstd).
  {
    change ((x k + c - Mean m (fun i => x i + c)) / sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c))
      + eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i
    => x i + c))) eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun
      i => x i + c))) eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e6.
    normal.
  }
  assert (e8 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e9 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e8.
    normal.
  }
  assert (e10 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e9.
    normal.
  }
  change (Y (Xhat (fun i => x i + c) (Mean m (fun i => x i + c)) (Var m (fun i => x i + c) (Mean m (fun i => x
    i + c))) eps) gamma beta k = Y (Xhat x mean var eps) gamma beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** The variance is of the second degree. *)
Theorem invariance_4 :
  forall (m : nat) (a : R) (x : nat -> R),
  (1 <= m)%nat ->
  Var m (fun i => a * x i) (Mean m (fun i => a * x i)) =
  a ^ 2 * Var m x (Mean m x).
Proof.
  intros m a x Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  change (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  rewrite e4.
  normal.
Qed.

(** So the root of (9.40) is multiplied by $a$ too, if ... *)
Theorem invariance_5 :
  forall (m : nat) (a eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) =
  Rstd (Var m x (Mean m x)) eps / a.
Proof.
  intros m a eps x Hm Hroot a_positive.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  change (Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  rewrite e6.
  normal.
Qed.

(** ... $\epsilon$ is multiplied by $a^2$. Numerator and root cancel. *)
Theorem invariance_6 :
  forall (m : nat) (a eps : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x i)))
    (a ^ 2 * eps) k =
  Xhat x (Mean m x) (Var m x (Mean m x)) eps k.
Proof.
  intros m a eps x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i =>
    a * x i))) (a ^ 2 * eps) k = (x k - mean) * rstd).
  {
    change ((a * x k - Mean m (fun i => a * x i)) / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i))
      + a ^ 2 * eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e8 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e7.
    normal.
  }
  change (Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a *
    x i))) (a ^ 2 * eps) k = Xhat x mean var eps k).
  rewrite e6.
  rewrite e8.
  normal.
Qed.

(** The variance does not see the sign, the deviations do. *)
Theorem invariance_7 :
  forall (m : nat) (eps : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Xhat (fun i => - x i) (Mean m (fun i => - x i)) (Var m (fun i => - x i) (Mean m (fun i => - x i))) eps k =
  - Xhat x (Mean m x) (Var m x (Mean m x)) eps k.
Proof.
  intros m eps x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => - x i) = - (mean * INR m)).
  {
    transitivity (sum m (fun i => (- 1) * (x i - mean) + ((- mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => - x i) = - mean).
  {
    change (sum m (fun i => - x i) / INR m = - mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (- x i1 - Mean m (fun i => - x i)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => - x i) (Mean m (fun i => - x i)) = var).
  {
    change (sum m (fun i1 => (- x i1 - Mean m (fun i => - x i)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => - x i) (Mean m (fun i => - x i)) + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => - x i) (Mean m (fun i => - x i)) (Var m (fun i => - x i) (Mean m (fun i => - x
    i))) eps k = - ((x k - mean) * rstd)).
  {
    change ((- x k - Mean m (fun i => - x i)) / sqrt (Var m (fun i => - x i) (Mean m (fun i => - x i)) + eps)
      = - ((x k - mean) * rstd)).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e8 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e7.
    normal.
  }
  change (Xhat (fun i => - x i) (Mean m (fun i => - x i)) (Var m (fun i => - x i) (Mean m (fun i => - x i)))
    eps k = - Xhat x mean var eps k).
  rewrite e6.
  rewrite e8.
  normal.
Qed.

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

(** The derivative of a function that does not see a shift does not see it. *)
Theorem invariance_8 :
  forall (m : nat) (beta c : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move
    (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i +
    c) (unit k) t))) eps) gamma beta i1)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i
    => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i + c)
    (unit k) t))) eps) gamma beta i1)) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0.
Proof.
  intros m beta c dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => x i + c) = c * INR m + mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((c + mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => x i + c) = c + mean).
  {
    change (sum m (fun i => x i + c) / INR m = c + mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) = var * INR m).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => x i + c) (Mean m (fun i => x i + c)) = var).
  {
    change (sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) ^ 2) / INR m = var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps = rstd).
  {
    change (1 / sqrt (Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps) = rstd).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * dy i1) = sum m (fun i => (x i - mean)
    * dy i)).
  {
    transitivity (sum m (fun i1 => (1) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p8 : 0 < Var m (fun i => x i + c) (Mean m (fun i => x i + c)) + eps).
  { apply (is_positive _ (1 / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e9 : Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m
    (move (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i =>
    x i + c) (unit k) t))) eps) gamma beta i1)) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i
    - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd * sum m dy / INR m).
  {
    transitivity (- ((x k + c - Mean m (fun i => x i + c)) * gamma * Rstd (Var m (fun i => x i + c) (Mean m
      (fun i => x i + c))) eps ^ 3 * sum m (fun i1 => (x i1 + c - Mean m (fun i => x i + c)) * dy i1) / INR m)
      + dy k * gamma * Rstd (Var m (fun i => x i + c) (Mean m (fun i => x i + c))) eps - gamma * Rstd (Var m
      (fun i => x i + c) (Mean m (fun i => x i + c))) eps * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma (fun i => x i + c) k size p8 Hk). }
    rewrite e7.
    rewrite e6.
    rewrite e2.
    normal.
  }
  assert (e10 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma (fun i => x i + c) k size p8 Hk).
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => x i + c) (unit k) t) (Mean m (move
    (fun i => x i + c) (unit k) t)) (Var m (move (fun i => x i + c) (unit k) t) (Mean m (move (fun i => x i +
    c) (unit k) t))) eps) gamma beta i1)) 0 = Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k)
    t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta
    i)) 0).
  rewrite e9.
  rewrite e10.
  normal.
Qed.

(** The factor $r$ in the gradient is divided by $a$; the rest is made of $\hat{x}$. *)
Theorem invariance_9 :
  forall (m : nat) (a beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  (ex_derive (fun t : R => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move
    (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x
    i) (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0) /\
  (ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t))
    (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0) /\
  Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i
    => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x i)
    (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0 =
  Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var m
    (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 / a.
Proof.
  intros m a beta dy eps gamma x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) = rstd / a).
  {
    change (1 / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = rstd / a).
    rewrite e5.
    normal.
  }
  assert (e7 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy i1) = a * sum m (fun i => (x i -
    mean) * dy i)).
  {
    transitivity (sum m (fun i1 => (a) * ((x i1 - mean) * dy i1) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    normal.
  }
  assert (p8 : 0 < Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps).
  { apply (is_positive _ (a / rstd)); [positive |].
    rewrite e4.
    normal. }
  assert (e9 : Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m
    (move (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i =>
    a * x i) (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0 = - ((x k - mean) * gamma * rstd ^ 3 * sum m (fun
    i => (x i - mean) * dy i) / (a * INR m)) + dy k * gamma * rstd / a - gamma * rstd * sum m dy / (a * INR
    m)).
  {
    transitivity (- ((a * x k - Mean m (fun i => a * x i)) * gamma * Rstd (Var m (fun i => a * x i) (Mean m
      (fun i => a * x i))) (a ^ 2 * eps) ^ 3 * sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) * dy
      i1) / INR m) + dy k * gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps)
      - gamma * Rstd (Var m (fun i => a * x i) (Mean m (fun i => a * x i))) (a ^ 2 * eps) * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy (a ^ 2 * eps) gamma (fun i => a * x i) k size p8
      Hk). }
    rewrite e6.
    rewrite e7.
    rewrite e2.
    normal.
  }
  assert (e10 : Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k)
    t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0 = - ((x k - mean) *
    gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma * rstd - gamma * rstd *
    sum m dy / INR m).
  {
    transitivity (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k *
      gamma * rstd - gamma * rstd * sum m dy / INR m).
    { apply is_derive_unique. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy (a ^ 2 * eps) gamma (fun i => a * x i) k size p8 Hk).
  }
  split.
  {
    eexists. exact (derivative_1 m beta dy eps gamma x k size Hroot Hk).
  }
  change (Derive (fun t => sum m (fun i1 => dy i1 * Y (Xhat (move (fun i => a * x i) (unit k) t) (Mean m (move
    (fun i => a * x i) (unit k) t)) (Var m (move (fun i => a * x i) (unit k) t) (Mean m (move (fun i => a * x
    i) (unit k) t))) (a ^ 2 * eps)) gamma beta i1)) 0 = Derive (fun t => sum m (fun i => dy i * Y (Xhat (move
    x (unit k) t) (Mean m (move x (unit k) t)) (Var m (move x (unit k) t) (Mean m (move x (unit k) t))) eps)
    gamma beta i)) 0 / a).
  rewrite e9.
  rewrite e10.
  normal.
Qed.

(** So the whole layer does not see a positive factor ... *)
Theorem invariance_10 :
  forall (m : nat) (a beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  Y (Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a * x
    i))) (a ^ 2 * eps)) gamma beta k =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta k.
Proof.
  intros m a beta eps gamma x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => a * x i) = a * mean * INR m).
  {
    transitivity (sum m (fun i => (a) * (x i - mean) + ((a * mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => a * x i) = a * mean).
  {
    change (sum m (fun i => a * x i) / INR m = a * mean).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => a * x i) (Mean m (fun i => a * x i)) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (a * x i1 - Mean m (fun i => a * x i)) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i)) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i =>
    a * x i))) (a ^ 2 * eps) k = (x k - mean) * rstd).
  {
    change ((a * x k - Mean m (fun i => a * x i)) / sqrt (Var m (fun i => a * x i) (Mean m (fun i => a * x i))
      + a ^ 2 * eps) = (x k - mean) * rstd).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i
    => a * x i))) (a ^ 2 * eps)) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun
      i => a * x i))) (a ^ 2 * eps) k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e6.
    normal.
  }
  assert (e8 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e9 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e8.
    normal.
  }
  assert (e10 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e9.
    normal.
  }
  change (Y (Xhat (fun i => a * x i) (Mean m (fun i => a * x i)) (Var m (fun i => a * x i) (Mean m (fun i => a
    * x i))) (a ^ 2 * eps)) gamma beta k = Y (Xhat x mean var eps) gamma beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** ... and of a negative one only the sign, as if $\gamma$ had it. *)
Theorem invariance_11 :
  forall (m : nat) (a beta eps gamma : R) (x : nat -> R) (k : nat),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 < a ->
  (k < m)%nat ->
  Y (Xhat (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) (Var m (fun i => - (a * x i)) (Mean m (fun i
    => - (a * x i)))) (a ^ 2 * eps)) gamma beta k =
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (- gamma) beta k.
Proof.
  intros m a beta eps gamma x k Hm Hroot a_positive Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m (fun i => - (a * x i)) = - (a * mean * INR m)).
  {
    transitivity (sum m (fun i => (- a) * (x i - mean) + ((- (a * mean)) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : Mean m (fun i => - (a * x i)) = - (a * mean)).
  {
    change (sum m (fun i => - (a * x i)) / INR m = - (a * mean)).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m (fun i1 => (- (a * x i1) - Mean m (fun i => - (a * x i))) ^ 2) = a ^ 2 * var * INR m).
  {
    transitivity (sum m (fun i1 => (a ^ 2) * ((x i1 - mean) ^ 2) + (0))).
    { apply sum_ext; intros i1 Hi1.
      rewrite e2.
      normal. }
    rewrite sum_cons, sum_nil.
    rewrite second_moment.
    normal.
  }
  assert (e4 : Var m (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) = a ^ 2 * var).
  {
    change (sum m (fun i1 => (- (a * x i1) - Mean m (fun i => - (a * x i))) ^ 2) / INR m = a ^ 2 * var).
    rewrite e3.
    normal.
  }
  assert (e5 : sqrt (Var m (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) + a ^ 2 * eps) = a / rstd).
  {
    apply root_is; [positive |].
    rewrite e4.
    normal.
  }
  assert (e6 : Xhat (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) (Var m (fun i => - (a * x i)) (Mean
    m (fun i => - (a * x i)))) (a ^ 2 * eps) k = - ((x k - mean) * rstd)).
  {
    change ((- (a * x k) - Mean m (fun i => - (a * x i))) / sqrt (Var m (fun i => - (a * x i)) (Mean m (fun i
      => - (a * x i))) + a ^ 2 * eps) = - ((x k - mean) * rstd)).
    rewrite e5.
    rewrite e2.
    normal.
  }
  assert (e7 : Y (Xhat (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) (Var m (fun i => - (a * x i))
    (Mean m (fun i => - (a * x i)))) (a ^ 2 * eps)) gamma beta k = - ((x k - mean) * gamma * rstd) + beta).
  {
    change (gamma * Xhat (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) (Var m (fun i => - (a * x i))
      (Mean m (fun i => - (a * x i)))) (a ^ 2 * eps) k + beta = - ((x k - mean) * gamma * rstd) + beta).
    rewrite e6.
    normal.
  }
  assert (e8 : sqrt (var + eps) = 1 / rstd).
  {
    apply root_is; [positive |].
    normal.
  }
  assert (e9 : Xhat x mean var eps k = (x k - mean) * rstd).
  {
    change ((x k - mean) / sqrt (var + eps) = (x k - mean) * rstd).
    rewrite e8.
    normal.
  }
  assert (e10 : Y (Xhat x mean var eps) (- gamma) beta k = - ((x k - mean) * gamma * rstd) + beta).
  {
    change ((- gamma) * Xhat x mean var eps k + beta = - ((x k - mean) * gamma * rstd) + beta).
    rewrite e9.
    normal.
  }
  change (Y (Xhat (fun i => - (a * x i)) (Mean m (fun i => - (a * x i))) (Var m (fun i => - (a * x i)) (Mean m
    (fun i => - (a * x i)))) (a ^ 2 * eps)) gamma beta k = Y (Xhat x mean var eps) (- gamma) beta k).
  rewrite e7.
  rewrite e10.
  normal.
Qed.

(** All of it *)
Definition invariance := (conj invariance_1 (conj invariance_2 (conj invariance_3 (conj invariance_4 (conj
  invariance_5 (conj invariance_6 (conj invariance_7 (conj invariance_8 (conj invariance_9 (conj invariance_10
  invariance_11)))))))))).
