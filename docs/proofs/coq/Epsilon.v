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

(** All of it *)
Definition epsilon := (conj epsilon_1 (conj epsilon_2 epsilon_3)).
