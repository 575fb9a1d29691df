(** What the equations say without derivatives, and the tactics that decide equations of closed forms. *)

From Coq Require Import Reals Lia Lra.
From Bncore Require Import Sums Equations.
Open Scope R_scope.

Lemma size_positive m : (1 <= m)%nat -> 0 < INR m.
Proof. intros H. apply lt_0_INR. lia. Qed.

Lemma sum_less m f c : sum m (fun i => f i - c) = sum m f - INR m * c.
Proof.
  transitivity (sum m (fun i => 1 * f i + ((- c) * 1 + 0))); [apply sum_ext; intros; ring |].
  rewrite sum_cons, sum_cons, sum_nil, sum_one. ring.
Qed.

(** The deviations from the mean sum to 0, and their squares to m var. *)
Lemma moments m x : 0 < INR m ->
  sum m (fun i => x i - Mean m x) = 0 /\
  sum m (fun i => (x i - Mean m x) ^ 2) = INR m * Var m x (Mean m x) /\
  0 <= Var m x (Mean m x).
Proof.
  intros H. repeat split.
  - rewrite sum_less. unfold Mean. field. lra.
  - unfold Var. field. lra.
  - unfold Var. apply Rmult_le_pos; [| apply Rlt_le, Rinv_0_lt_compat, H].
    apply sum_nonnegative. intros. apply pow2_ge_0.
Qed.

(** The same where the variance is divided by m - d. *)
Lemma corrected_moments m x d : 0 < INR m -> INR m - d <> 0 ->
  sum m (fun i => x i - Mean m x) = 0 /\
  sum m (fun i => (x i - Mean m x) ^ 2) = (INR m - d) * CorrectedVar m x (Mean m x) d.
Proof.
  intros H divisor. split; [apply moments, H |]. unfold CorrectedVar. field. exact divisor.
Qed.

(** The same where elements are weighed. *)
Lemma weighted_moments m x weight : 0 < sum m weight ->
  sum m (fun i => (x i - WeightedMean m x weight) * weight i) = 0 /\
  sum m (fun i => (x i - WeightedMean m x weight) ^ 2 * weight i) =
    sum m weight * WeightedVar m x (WeightedMean m x weight) weight.
Proof.
  intros H. split.
  - transitivity (sum m (fun i => 1 * (weight i * x i) + ((- WeightedMean m x weight) * weight i + 0))).
    { apply sum_ext. intros. ring. }
    rewrite sum_cons, sum_cons, sum_nil. unfold WeightedMean. field. lra.
  - transitivity (sum m (fun i => weight i * (x i - WeightedMean m x weight) ^ 2)).
    { apply sum_ext. intros. ring. }
    unfold WeightedVar. field. lra.
Qed.

(** Batches of one and of two elements. *)
Lemma of_one x mean : sum 1 (fun i => x i - mean) = 0 -> x 0%nat = mean.
Proof. simpl. intros H. lra. Qed.

Lemma of_two x mean var :
  sum 2 (fun i => x i - mean) = 0 -> sum 2 (fun i => (x i - mean) ^ 2) = INR 2 * var ->
  x 1%nat = 2 * mean - x 0%nat /\ var = (x 0%nat - mean) ^ 2.
Proof.
  simpl. intros first second.
  assert (other : x 1%nat = 2 * mean - x 0%nat) by lra.
  split; [exact other |]. rewrite other in second. lra.
Qed.

(** The root, made rational: eps is written by its inverse. *)
Lemma roots var eps : 0 < var + eps -> 0 < Rstd var eps /\ eps = 1 / Rstd var eps ^ 2 - var.
Proof.
  intros H. assert (root := sqrt_lt_R0 _ H). unfold Rstd. split.
  - apply Rdiv_lt_0_compat; lra.
  - replace (1 / (1 / sqrt (var + eps)) ^ 2) with (sqrt (var + eps) ^ 2) by (field; lra).
    rewrite <- Rsqr_pow2, Rsqr_sqrt by lra. ring.
Qed.

Lemma root_is a c : 0 < c -> a = c ^ 2 -> sqrt a = c.
Proof. intros H ->. apply sqrt_pow2. lra. Qed.

Lemma is_positive a c : 0 < c -> a = c ^ 2 -> 0 < a.
Proof. intros H ->. apply pow_lt. exact H. Qed.

Lemma is_less a b s : b - a = s -> 0 <= s -> a <= b.
Proof. intros <- H. lra. Qed.

(** [positive] proves 0 < a for products and quotients of what is positive. *)
Ltac positive :=
  unfold Rdiv;
  repeat first [assumption | apply Rmult_lt_0_compat | apply Rinv_0_lt_compat | apply pow_lt | lra].

(** [nonnegative] proves 0 <= a for sums and products of squares and of what is not negative. *)
Ltac nonnegative :=
  unfold Rdiv;
  repeat lazymatch goal with
  | |- 0 <= sum _ _ => apply sum_nonnegative; intros
  | |- 0 <= others _ _ _ => apply others_nonnegative; intros
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | H : forall i, (i < _)%nat -> 0 <= ?w i |- 0 <= ?w _ => apply H; assumption
  | |- 0 <= _ => first
      [ lra | apply Rplus_le_le_0_compat | apply Rmult_le_pos | apply Rlt_le, Rinv_0_lt_compat | apply pow_le ]
  | |- 0 < _ => positive
  end.

(** [normal] decides an equation of rational functions, once eps is written by rstd and var. *)
Ltac normal :=
  try match goal with eps_is : @eq R ?eps _ |- _ => is_var eps; rewrite eps_is end;
  first [reflexivity | field; repeat split; first [assumption | apply Rgt_not_eq; positive]].
