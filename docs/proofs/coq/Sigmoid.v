(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

(** * What a sigmoid sees of a standardised batch *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
Open Scope R_scope.

(** Each element with $|\hat{x}_i| > k$ adds more than $k^2$ to this sum. So there are fewer than $m/k^2$ of
  them. *)
Theorem sigmoid_1 :
  forall (m : nat) (eps : R) (x : nat -> R),
  (1 <= m)%nat ->
  0 < Var m x (Mean m x) + eps ->
  0 <= eps ->
  sum m (fun i => Xhat x (Mean m x) (Var m x (Mean m x)) eps i ^ 2) <=
  INR m.
Proof.
  intros m eps x Hm Hroot eps_nonnegative.
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
  apply (is_less _ _ (INR m * eps * rstd ^ 2)).
  { change (INR m - sum m (fun i => Xhat x mean var eps i ^ 2) = INR m * eps * rstd ^ 2).
    rewrite e3.
    normal.
  }
  nonnegative.
Qed.

Lemma derivative_1 :
  forall (m : nat) (s : R),
  0 < INR m ->
  is_derive (fun t : R => (s + t * 1) * (1 - (s + t * 1))) 0
  (- (2 * s) + 1).
Proof.
  intros m s size.
  apply (d_eq _ _ ((0 + (1 * 1 + 0 * 0)) * (1 - (s + 0 * 1)) + (s + 0 * 1) * (0 - (0 + (1 * 1 + 0 * 0))))).
  { derive. }
  rewrite ?move_0.
  change ((0 + (1 * 1 + 0 * 0)) * (1 - (s + 0 * 1)) + (s + 0 * 1) * (0 - (0 + (1 * 1 + 0 * 0))) = - (2 * s) +
    1).
  normal.
Qed.

(** The second derivative of the sigmoid. It is 0 at $s = 1/2$, where $z = 0$. *)
Theorem sigmoid_2 :
  forall (m : nat) (s : R),
  (1 <= m)%nat ->
  (ex_derive (fun t : R => (s + t * 1) * (1 - (s + t * 1))) 0) /\
  Derive (fun t => (s + t * 1) * (1 - (s + t * 1))) 0 * s * (1 - s) =
  s * (1 - s) * (1 - 2 * s).
Proof.
  intros m s Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  assert (e1 : Derive (fun t => (s + t * 1) * (1 - (s + t * 1))) 0 = - (2 * s) + 1).
  {
    transitivity (- (2 * s) + 1).
    { apply is_derive_unique. exact (derivative_1 m s size). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_1 m s size).
  }
  change (Derive (fun t => (s + t * 1) * (1 - (s + t * 1))) 0 * s * (1 - s) = s * (1 - s) * (1 - 2 * s)).
  rewrite e1.
  normal.
Qed.

Lemma derivative_2 :
  forall (m : nat) (s : R),
  0 < INR m ->
  is_derive (fun t : R => (s + t * 1) * (1 - (s + t * 1)) * (1 - 2 * (s + t * 1))) 0
  (- (6 * s) + 6 * s ^ 2 + 1).
Proof.
  intros m s size.
  apply (d_eq _ _ (((0 + (1 * 1 + 0 * 0)) * (1 - (s + 0 * 1)) + (s + 0 * 1) * (0 - (0 + (1 * 1 + 0 * 0)))) *
    (1 - 2 * (s + 0 * 1)) + (s + 0 * 1) * (1 - (s + 0 * 1)) * (0 - 2 * (0 + (1 * 1 + 0 * 0))))).
  { derive. }
  rewrite ?move_0.
  change (((0 + (1 * 1 + 0 * 0)) * (1 - (s + 0 * 1)) + (s + 0 * 1) * (0 - (0 + (1 * 1 + 0 * 0)))) * (1 - 2 *
    (s + 0 * 1)) + (s + 0 * 1) * (1 - (s + 0 * 1)) * (0 - 2 * (0 + (1 * 1 + 0 * 0))) = - (6 * s) + 6 * s ^ 2 +
    1).
  normal.
Qed.

(** The third. *)
Theorem sigmoid_3 :
  forall (m : nat) (s : R),
  (1 <= m)%nat ->
  (ex_derive (fun t : R => (s + t * 1) * (1 - (s + t * 1)) * (1 - 2 * (s + t * 1))) 0) /\
  Derive (fun t => (s + t * 1) * (1 - (s + t * 1)) * (1 - 2 * (s + t * 1))) 0 * s * (1 - s) =
  s * (1 - s) * (1 - 6 * s * (1 - s)).
Proof.
  intros m s Hm.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  assert (e1 : Derive (fun t => (s + t * 1) * (1 - (s + t * 1)) * (1 - 2 * (s + t * 1))) 0 = - (6 * s) + 6 * s
    ^ 2 + 1).
  {
    transitivity (- (6 * s) + 6 * s ^ 2 + 1).
    { apply is_derive_unique. exact (derivative_2 m s size). }
    normal.
  }
  split.
  {
    eexists. exact (derivative_2 m s size).
  }
  change (Derive (fun t => (s + t * 1) * (1 - (s + t * 1)) * (1 - 2 * (s + t * 1))) 0 * s * (1 - s) = s * (1 -
    s) * (1 - 6 * s * (1 - s))).
  rewrite e1.
  normal.
Qed.

(** It is at most 1/8. With $e$ for the exponential of $z$, which is positive, $s = e/(1 + e)$: *)
Theorem sigmoid_4 :
  forall (m : nat) (e : R),
  (1 <= m)%nat ->
  0 <= e ->
  e / (1 + e) * (1 - e / (1 + e)) * (1 - 6 * (e / (1 + e)) * (1 - e / (1 + e))) <=
  1 / 8.
Proof.
  intros m e Hm e_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  apply (is_less _ _ (6 * (e / (1 + e) ^ 2 - 1 / 12) ^ 2 + 1 / 12)).
  { change (1 / 8 - e / (1 + e) * (1 - e / (1 + e)) * (1 - 6 * (e / (1 + e)) * (1 - e / (1 + e))) = 6 * (e /
    (1 + e) ^ 2 - 1 / 12) ^ 2 + 1 / 12).
    normal.
  }
  nonnegative.
Qed.

(** And at least $-1/8$: $1 + 8 s (1 - s) (1 - 6 s (1 - s))$ is $(1 - 4 s (1 - s)) (1 + 12 s (1 - s))$. *)
Theorem sigmoid_5 :
  forall (m : nat) (e : R),
  (1 <= m)%nat ->
  0 <= e ->
  - (1 / 8) <=
  e / (1 + e) * (1 - e / (1 + e)) * (1 - 6 * (e / (1 + e)) * (1 - e / (1 + e))).
Proof.
  intros m e Hm e_nonnegative.
  assert (size : 0 < INR m) by (apply size_positive; lia).
  apply (is_less _ _ (((1 - e) / (1 + e)) ^ 2 * (1 + 12 * e / (1 + e) ^ 2) / 8)).
  { change (e / (1 + e) * (1 - e / (1 + e)) * (1 - 6 * (e / (1 + e)) * (1 - e / (1 + e))) - (- (1 / 8)) = ((1
    - e) / (1 + e)) ^ 2 * (1 + 12 * e / (1 + e) ^ 2) / 8).
    normal.
  }
  nonnegative.
Qed.

(** All of it *)
Definition sigmoid := (conj sigmoid_1 (conj sigmoid_2 (conj sigmoid_3 (conj sigmoid_4 sigmoid_5)))).
