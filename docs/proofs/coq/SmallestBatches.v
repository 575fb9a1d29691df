(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * Batches of one and of two *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** The only deviation from the mean is 0. *)
Theorem smallest_batches_1 :
  forall (m : nat) (beta eps gamma : R) (x : nat -> R) (k : nat),
  m = 1%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma beta k =
  beta.
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
  assert (e3 : Y (Xhat x mean var eps) gamma beta k = (x k - mean) * gamma * rstd + beta).
  {
    change (gamma * Xhat x mean var eps k + beta = (x k - mean) * gamma * rstd + beta).
    rewrite e2.
    normal.
  }
  change (Y (Xhat x mean var eps) gamma beta k = beta).
  rewrite e3.
  subst m; try destruct k as [| k]; try lia; cbn [sum INR].
  rewrite ?(of_one _ _ first_moment).
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

(** A constant has no derivative. *)
Theorem smallest_batches_2 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  m = 1%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit k) t) (Mean m (move x (unit k) t)) (Var
    m (move x (unit k) t) (Mean m (move x (unit k) t))) eps) gamma beta i)) 0
  (0).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_1 m beta dy eps gamma x k size Hroot Hk)).
  change (- ((x k - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy k * gamma *
    rstd - gamma * rstd * sum m dy / INR m = 0).
  subst m; try destruct k as [| k]; try lia; cbn [sum INR].
  rewrite ?(of_one _ _ first_moment).
  normal.
Qed.

Lemma derivative_2 :
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

(** $\hat{x} = 0$. *)
Theorem smallest_batches_3 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  m = 1%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0
  (0).
Proof.
  intros m beta dy eps gamma x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_2 m beta dy eps gamma x size Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = 0).
  subst m; try destruct k as [| k]; try lia; cbn [sum INR].
  rewrite ?(of_one _ _ first_moment).
  normal.
Qed.

Lemma derivative_3 :
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

(** The sum has one term. *)
Theorem smallest_batches_4 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (k : nat),
  m = 1%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0
  (dy k).
Proof.
  intros m beta dy eps gamma x k Hm Hroot Hk.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_3 m beta dy eps gamma x size Hroot)).
  change (sum m dy = dy k).
  subst m; try destruct k as [| k]; try lia; cbn [sum INR].
  rewrite ?(of_one _ _ first_moment).
  normal.
Qed.

(** So $|\hat{x}| \le \sqrt{m - 1}$ holds at $m = 1$ too. *)
Theorem smallest_batches_5 :
  forall (m : nat) (eps : R) (x : nat -> R) (k : nat),
  m = 1%nat ->
  0 < Var m x (Mean m x) + eps ->
  (k < m)%nat ->
  Xhat x (Mean m x) (Var m x (Mean m x)) eps k =
  0.
Proof.
  intros m eps x k Hm Hroot Hk.
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
  change (Xhat x mean var eps k = 0).
  rewrite e2.
  subst m; try destruct k as [| k]; try lia; cbn [sum INR].
  rewrite ?(of_one _ _ first_moment).
  normal.
Qed.

(** Both deviations are half of the difference. *)
Theorem smallest_batches_6 :
  forall (m : nat) (x : nat -> R) (j : nat),
  m = 2%nat ->
  (j < m)%nat ->
  Var m x (Mean m x) =
  (x j - others m j x) ^ 2 / 4.
Proof.
  intros m x j Hm Hj.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  assert (e1 : sum m x = mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : others m j x = - (x j - mean) + mean * INR m - mean).
  {
    rewrite (others_is m j _ Hj).
    change (sum m x - x j = - (x j - mean) + mean * INR m - mean).
    rewrite e1.
    normal.
  }
  change (var = (x j - others m j x) ^ 2 / 4).
  rewrite e2.
  subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].
  try rewrite eps_is; try destruct j as [| [| j]]; try lia.
  all: cbn [sum INR]; rewrite ?other, ?square.
  all: normal.
Qed.

(** (9.40). The other element has the opposite sign. *)
Theorem smallest_batches_7 :
  forall (m : nat) (eps : R) (x : nat -> R) (j : nat),
  m = 2%nat ->
  0 < Var m x (Mean m x) + eps ->
  (j < m)%nat ->
  Xhat x (Mean m x) (Var m x (Mean m x)) eps j =
  Rstd (Var m x (Mean m x)) eps * (x j - others m j x) / 2.
Proof.
  intros m eps x j Hm Hroot Hj.
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
  assert (e2 : Xhat x mean var eps j = (x j - mean) * rstd).
  {
    change ((x j - mean) / sqrt (var + eps) = (x j - mean) * rstd).
    rewrite e1.
    normal.
  }
  assert (e3 : sum m x = mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e4 : others m j x = - (x j - mean) + mean * INR m - mean).
  {
    rewrite (others_is m j _ Hj).
    change (sum m x - x j = - (x j - mean) + mean * INR m - mean).
    rewrite e3.
    normal.
  }
  change (Xhat x mean var eps j = rstd * (x j - others m j x) / 2).
  rewrite e2.
  rewrite e4.
  subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].
  try rewrite eps_is; try destruct j as [| [| j]]; try lia.
  all: cbn [sum INR]; rewrite ?other, ?square.
  all: normal.
Qed.

(** Its square: 1 at $\epsilon = 0$. *)
Theorem smallest_batches_8 :
  forall (m : nat) (eps : R) (x : nat -> R) (j : nat),
  m = 2%nat ->
  0 < Var m x (Mean m x) + eps ->
  (j < m)%nat ->
  Xhat x (Mean m x) (Var m x (Mean m x)) eps j ^ 2 =
  1 - eps * Rstd (Var m x (Mean m x)) eps ^ 2.
Proof.
  intros m eps x j Hm Hroot Hj.
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
  assert (e2 : Xhat x mean var eps j = (x j - mean) * rstd).
  {
    change ((x j - mean) / sqrt (var + eps) = (x j - mean) * rstd).
    rewrite e1.
    normal.
  }
  change (Xhat x mean var eps j ^ 2 = 1 - eps * rstd ^ 2).
  rewrite e2.
  subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].
  try rewrite eps_is; try destruct j as [| [| j]]; try lia.
  all: cbn [sum INR]; rewrite ?other, ?square.
  all: normal.
Qed.

(** What the projection leaves of $\mathrm{d}y$ is along $\hat{x}$, and of that only the share of $\epsilon$.
  *)
Theorem smallest_batches_9 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (j : nat),
  m = 2%nat ->
  0 < Var m x (Mean m x) + eps ->
  (j < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit j) t) (Mean m (move x (unit j) t)) (Var
    m (move x (unit j) t) (Mean m (move x (unit j) t))) eps) gamma beta i)) 0
  (gamma * eps * Rstd (Var m x (Mean m x)) eps ^ 3 * (dy j - others m j dy) / 2).
Proof.
  intros m beta dy eps gamma x j Hm Hroot Hj.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : others m j dy = - dy j + sum m dy).
  {
    rewrite (others_is m j _ Hj).
    change (sum m dy - dy j = - dy j + sum m dy).
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_1 m beta dy eps gamma x j size Hroot Hj)).
  change (- ((x j - mean) * gamma * rstd ^ 3 * sum m (fun i => (x i - mean) * dy i) / INR m) + dy j * gamma *
    rstd - gamma * rstd * sum m dy / INR m = gamma * eps * rstd ^ 3 * (dy j - others m j dy) / 2).
  rewrite e1.
  subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].
  try rewrite eps_is; try destruct j as [| [| j]]; try lia.
  all: cbn [sum INR]; rewrite ?other, ?square.
  all: normal.
Qed.

(** The sum of both products. *)
Theorem smallest_batches_10 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (j : nat),
  m = 2%nat ->
  0 < Var m x (Mean m x) + eps ->
  (j < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) (gamma + t *
    1) beta i)) 0
  (Rstd (Var m x (Mean m x)) eps * (x j - others m j x) * (dy j - others m j dy) / 2).
Proof.
  intros m beta dy eps gamma x j Hm Hroot Hj.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : sum m x = mean * INR m).
  {
    transitivity (sum m (fun i => (1) * (x i - mean) + ((mean) * (1) + (0)))).
    { apply sum_ext; intros i Hi.
      normal. }
    rewrite sum_cons, sum_cons, sum_nil.
    rewrite first_moment.
    rewrite sum_one.
    normal.
  }
  assert (e2 : others m j x = - (x j - mean) + mean * INR m - mean).
  {
    rewrite (others_is m j _ Hj).
    change (sum m x - x j = - (x j - mean) + mean * INR m - mean).
    rewrite e1.
    normal.
  }
  assert (e3 : others m j dy = - dy j + sum m dy).
  {
    rewrite (others_is m j _ Hj).
    change (sum m dy - dy j = - dy j + sum m dy).
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_2 m beta dy eps gamma x size Hroot)).
  change (rstd * sum m (fun i => (x i - mean) * dy i) = rstd * (x j - others m j x) * (dy j - others m j dy) /
    2).
  rewrite e3.
  rewrite e2.
  subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].
  try rewrite eps_is; try destruct j as [| [| j]]; try lia.
  all: cbn [sum INR]; rewrite ?other, ?square.
  all: normal.
Qed.

(** The sum of both. *)
Theorem smallest_batches_11 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R) (j : nat),
  m = 2%nat ->
  0 < Var m x (Mean m x) + eps ->
  (j < m)%nat ->
  is_derive (fun t : R => sum m (fun i => dy i * Y (Xhat x (Mean m x) (Var m x (Mean m x)) eps) gamma (beta +
    t * 1) i)) 0
  (dy j + others m j dy).
Proof.
  intros m beta dy eps gamma x j Hm Hroot Hj.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  assert (e1 : others m j dy = - dy j + sum m dy).
  {
    rewrite (others_is m j _ Hj).
    change (sum m dy - dy j = - dy j + sum m dy).
    normal.
  }
  apply (d_eq _ _ _ _ (derivative_3 m beta dy eps gamma x size Hroot)).
  change (sum m dy = dy j + others m j dy).
  rewrite e1.
  subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].
  try rewrite eps_is; try destruct j as [| [| j]]; try lia.
  all: cbn [sum INR]; rewrite ?other, ?square.
  all: normal.
Qed.

(** All of it *)
Definition smallest_batches := (conj smallest_batches_1 (conj smallest_batches_2 (conj smallest_batches_3
  (conj smallest_batches_4 (conj smallest_batches_5 (conj smallest_batches_6 (conj smallest_batches_7 (conj
  smallest_batches_8 (conj smallest_batches_9 (conj smallest_batches_10 smallest_batches_11)))))))))).
