(** Finite sums of real numbers. The batch is the numbers below m; a quantity that varies over it is a function
    from the number of an element to the element. *)

From Coq Require Import Reals Lia Lra.
Open Scope R_scope.

Fixpoint sum (m : nat) (f : nat -> R) : R :=
  match m with
  | O => 0
  | S n => sum n f + f n
  end.

(** The batch that is 1 at element k, and 0 elsewhere. *)
Definition unit (k i : nat) : R := if Nat.eqb i k then 1 else 0.

(** The batch without its first n elements. *)
Definition after (n : nat) (f : nat -> R) (i : nat) : R := f (n + i)%nat.

(** The sum over all elements but j. *)
Definition others (m j : nat) (f : nat -> R) : R := sum m (fun i => if Nat.eqb i j then 0 else f i).

Lemma sum_ext m f g : (forall i, (i < m)%nat -> f i = g i) -> sum m f = sum m g.
Proof.
  induction m as [| m IH]; intros H; simpl; [reflexivity |].
  rewrite IH, H by (intros; try apply H; lia). reflexivity.
Qed.

Lemma sum_nil m : sum m (fun _ => 0) = 0.
Proof. induction m as [| m IH]; simpl; [| rewrite IH]; ring. Qed.

Lemma sum_one m : sum m (fun _ => 1) = INR m.
Proof. induction m as [| m IH]; [reflexivity |]. rewrite S_INR, <- IH. reflexivity. Qed.

(** Linearity, one term at a time. *)
Lemma sum_cons m c f g : sum m (fun i => c * f i + g i) = c * sum m f + sum m g.
Proof. induction m as [| m IH]; simpl; [| rewrite IH]; ring. Qed.

Lemma sum_nonnegative m f : (forall i, (i < m)%nat -> 0 <= f i) -> 0 <= sum m f.
Proof.
  induction m as [| m IH]; intros H; simpl; [lra |].
  apply Rplus_le_le_0_compat; [apply IH; intros; apply H | apply H]; lia.
Qed.

Lemma sum_unit_above m k f : (m <= k)%nat -> sum m (fun i => f i * unit k i) = 0.
Proof.
  induction m as [| m IH]; intros H; simpl; [reflexivity |].
  rewrite IH by lia. unfold unit. destruct (Nat.eqb_spec m k); [lia | ring].
Qed.

(** The derivative by element k is the one along [unit k]: a sum against it is the element at k. *)
Lemma sum_unit m k f : (k < m)%nat -> sum m (fun i => f i * unit k i) = f k.
Proof.
  induction m as [| m IH]; intros H; simpl; [lia |].
  destruct (Nat.eq_dec k m) as [-> | other].
  - rewrite sum_unit_above by lia. unfold unit. rewrite Nat.eqb_refl. ring.
  - rewrite IH by lia. unfold unit. destruct (Nat.eqb_spec m k); [lia | ring].
Qed.

Lemma others_is m j f : (j < m)%nat -> others m j f = sum m f - f j.
Proof.
  intros H. rewrite <- (sum_unit m j f H). unfold others.
  transitivity (sum m (fun i => 1 * f i + ((-1) * (f i * unit j i) + 0))).
  - apply sum_ext. intros i _. unfold unit. destruct (Nat.eqb i j); ring.
  - rewrite sum_cons, sum_cons, sum_nil. ring.
Qed.

Lemma others_nonnegative m j f : (forall i, (i < m)%nat -> 0 <= f i) -> 0 <= others m j f.
Proof.
  intros H. apply sum_nonnegative. intros i Hi. destruct (Nat.eqb i j); [lra | apply H, Hi].
Qed.

(** The sum over a batch in two shards. *)
Lemma sum_after n m f : sum (n + m) f = sum n f + sum m (after n f).
Proof.
  induction m as [| m IH].
  - rewrite Nat.add_0_r. simpl. ring.
  - rewrite Nat.add_succ_r. simpl. rewrite IH. unfold after. ring.
Qed.
