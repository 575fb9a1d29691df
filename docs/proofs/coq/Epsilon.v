(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * What eps does *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** The mean square of the standardised batch. *)
Theorem epsilon_1 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) / INR m =
  Var m x (Mean m x) / (Var m x (Mean m x) + eps).
Proof.
  intros m eps x Hm Hroot.
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
  change (sum m (fun i => Xhat x mean var eps i ^ 2) / INR m = var / (var + eps)).
  rewrite e3.
  normal.
Qed.

Lemma derivative_1 :
  forall (m : nat) (eps var : R),
  0 < INR m ->
  0 < var + eps ->
  is_derive (fun t : R => var / (var + (eps + t * 1))) 0
  (- (Rstd var eps ^ 4 * var)).
Proof.
  intros m eps var size Hroot.
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  apply (d_eq _ _ ((0 * (var + (eps + 0 * 1)) - var * (0 + (0 + (1 * 1 + 0 * 0)))) / (var + (eps + 0 * 1)) ^
    2)).
  { derive. }
  rewrite ?move_0.
  set (rstd := Rstd var eps) in *.
  change ((0 * (var + (eps + 0 * 1)) - var * (0 + (0 + (1 * 1 + 0 * 0)))) / (var + (eps + 0 * 1)) ^ 2 = -
    (rstd ^ 4 * var)).
  normal.
Qed.

(** It falls as $\epsilon$ grows, strictly where $\sigma^2 > 0$: from 1 at $\epsilon = 0$ towards 0. *)
Theorem epsilon_2 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  is_derive (fun t : R => Var m x (Mean m x) / (Var m x (Mean m x) + (eps + t * 1))) 0
  (- (Var m x (Mean m x) * Rstd (Var m x (Mean m x)) eps ^ 4)).
Proof.
  intros m eps x Hm Hroot.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (d_eq _ _ _ _ (derivative_1 m eps var size Hroot)).
  change (- (rstd ^ 4 * var) = - (var * rstd ^ 4)).
  normal.
Qed.

(** The gain $\gamma r$ is at most $\gamma/\sqrt{\epsilon}$. *)
Theorem epsilon_3 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= eps ->
  eps * Rstd (Var m x (Mean m x)) eps ^ 2 <=
  1.
Proof.
  intros m eps x Hm Hroot eps_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (is_less _ _ (var * rstd ^ 2)).
  { change (1 - eps * rstd ^ 2 = var * rstd ^ 2).
    normal.
  }
  nonnegative.
Qed.

(** The limit at $\epsilon = 0$, for a batch that is not constant. *)
Theorem epsilon_4 :
  forall (m : nat) (x : nat -> R),
  (2 <= m)%nat ->
  Var m x (Mean m x) <> 0 ->
  Var m x (Mean m x) / (Var m x (Mean m x) + 0) =
  1.
Proof.
  intros m x Hm var_nonzero.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  pose proof (le_INR _ _ Hm) as least; simpl in least.
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  change (var / (var + 0) = 1).
  normal.
Qed.

(** The limit at infinity: the factor is at most $\sigma^2/\epsilon$. *)
Theorem epsilon_5 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= eps ->
  eps * Var m x (Mean m x) / (Var m x (Mean m x) + eps) <=
  Var m x (Mean m x).
Proof.
  intros m eps x Hm Hroot eps_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  destruct (moments m x size) as (first_moment & second_moment & var_nonnegative).
  destruct (roots _ _ Hroot) as [rstd_positive eps_is].
  set (mean := Mean m x) in *.
  set (var := Var m x mean) in *.
  set (rstd := Rstd var eps) in *.
  apply (is_less _ _ (var ^ 2 * rstd ^ 2)).
  { change (var - eps * var / (var + eps) = var ^ 2 * rstd ^ 2).
    normal.
  }
  nonnegative.
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

(** So the gradient of the layer is never longer than $|\gamma|/\sqrt{\epsilon}$ times $\mathrm{d}y$, whatever
  the batch. It is $\gamma^2 r^2$ times what is left of the squares of $\mathrm{d}y$ when the two components
  are gone ([what the gradient forgets](gradient-structure.md)). *)
Theorem epsilon_6 :
  forall (m : nat) (beta : R) (dy : nat -> R) (eps gamma : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= eps ->
  (forall i1, (i1 < m)%nat -> ex_derive (fun t : R => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t)
    (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta
    i)) 0) /\
  eps * sum m (fun i1 => Derive (fun t => sum m (fun i => dy i * Y (Xhat (move x (unit i1) t) (Mean m (move x
    (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x (unit i1) t))) eps) gamma beta i)) 0 ^ 2) <=
  gamma ^ 2 * sum m (fun i => dy i ^ 2).
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
    { apply is_derive_unique. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1). }
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
    eexists. exact (derivative_2 m beta dy eps gamma x i1 size Hroot Hi1).
  }
  apply (is_less _ _ (gamma ^ 2 * (var * rstd ^ 2 * sum m (fun i => dy i ^ 2) + eps * rstd ^ 2 * (sum m dy ^ 2
    + (1 + eps * rstd ^ 2) * sum m (fun i => dy i * Xhat x mean var eps i) ^ 2) / INR m))).
  { change (gamma ^ 2 * sum m (fun i => dy i ^ 2) - eps * sum m (fun i1 => Derive (fun t => sum m (fun i => dy
    i * Y (Xhat (move x (unit i1) t) (Mean m (move x (unit i1) t)) (Var m (move x (unit i1) t) (Mean m (move x
    (unit i1) t))) eps) gamma beta i)) 0 ^ 2) = gamma ^ 2 * (var * rstd ^ 2 * sum m (fun i => dy i ^ 2) + eps
    * rstd ^ 2 * (sum m dy ^ 2 + (1 + eps * rstd ^ 2) * sum m (fun i => dy i * Xhat x mean var eps i) ^ 2) /
    INR m)).
    rewrite e2.
    rewrite e5.
    normal.
  }
  nonnegative.
Qed.

(** All of it *)
Definition epsilon := (conj epsilon_1 (conj epsilon_2 (conj epsilon_3 (conj epsilon_4 (conj epsilon_5
  epsilon_6))))).
