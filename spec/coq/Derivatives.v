(** Derivatives of real functions of one number t: the rules, and a tactic that applies them. *)

From Coq Require Import Reals Lia Lra FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra.
Open Scope R_scope.

(** The batch x, moved by t along u. *)
Definition move (x u : nat -> R) (t : R) (i : nat) : R := x i + t * u i.

Lemma move_0 x u : move x u 0 = x.
Proof. extensionality i. unfold move. ring. Qed.

(** * The rules *)

Section Rules.
Variables (t : R) (f g : R -> R) (df dg : R).

Lemma d_eq (d e : R) : is_derive f t d -> d = e -> is_derive f t e.
Proof. intros H <-. exact H. Qed.

Lemma d_const (c : R) : is_derive (fun _ : R => c) t 0.
Proof. apply (is_derive_const c). Qed.

Lemma d_id : is_derive (fun s : R => s) t 1.
Proof. apply (is_derive_id t). Qed.

Lemma d_add : is_derive f t df -> is_derive g t dg -> is_derive (fun s => f s + g s) t (df + dg).
Proof. apply (is_derive_plus f g). Qed.

Lemma d_sub : is_derive f t df -> is_derive g t dg -> is_derive (fun s => f s - g s) t (df - dg).
Proof. apply (is_derive_minus f g). Qed.

Lemma d_neg : is_derive f t df -> is_derive (fun s => - f s) t (- df).
Proof. apply (is_derive_opp f). Qed.

Lemma d_mul :
  is_derive f t df -> is_derive g t dg -> is_derive (fun s => f s * g s) t (df * g t + f t * dg).
Proof. intros Hf Hg. apply (is_derive_mult f g); auto. intros; apply Rmult_comm. Qed.

Lemma d_inv : is_derive g t dg -> g t <> 0 -> is_derive (fun s => / g s) t (- dg / g t ^ 2).
Proof. apply is_derive_inv. Qed.

Lemma d_root : is_derive f t df -> 0 < f t -> is_derive (fun s => sqrt (f s)) t (df / (2 * sqrt (f t))).
Proof. intros H1 H2. apply (is_derive_sqrt f t df H1 H2). Qed.

Lemma d_pow n c : INR (S n) = c -> is_derive f t df -> is_derive (fun s => f s ^ S n) t (c * (f t ^ n * df)).
Proof.
  intros <- H. replace (INR (S n) * (f t ^ n * df)) with (INR (S n) * df * f t ^ pred (S n)) by (simpl pred; ring).
  apply (is_derive_pow f (S n) t df H).
Qed.
End Rules.

Lemma d_scale (t c : R) (f : R -> R) (df : R) : is_derive f t df -> is_derive (fun s => c * f s) t (c * df).
Proof. intros H. refine (d_eq _ _ _ _ (d_mul _ _ _ _ _ (d_const t c) H) _). ring. Qed.

Lemma d_over (t c : R) (f : R -> R) (df : R) : is_derive f t df -> is_derive (fun s => f s / c) t (df / c).
Proof. intros H. refine (d_eq _ _ _ _ (d_mul _ _ _ _ _ H (d_const t (/ c))) _). unfold Rdiv. ring. Qed.

Lemma d_div (t : R) (f g : R -> R) (df dg : R) : is_derive f t df -> is_derive g t dg -> g t <> 0 ->
  is_derive (fun s => f s / g s) t ((df * g t - f t * dg) / g t ^ 2).
Proof.
  intros Hf Hg H. refine (d_eq _ _ _ _ (d_mul _ _ _ _ _ Hf (d_inv _ _ _ Hg H)) _). field. exact H.
Qed.

Lemma d_sum (t : R) m (f : R -> nat -> R) (df : nat -> R) :
  (forall i, (i < m)%nat -> is_derive (fun s => f s i) t (df i)) ->
  is_derive (fun s => sum m (f s)) t (sum m df).
Proof.
  induction m as [| m IH]; intros H; simpl; [apply d_const |].
  apply (d_add t (fun s => sum m (f s)) (fun s => f s m)); [apply IH; intros; apply H | apply H]; lia.
Qed.

Lemma d_move (t : R) x u i : is_derive (fun s => move x u s i) t (u i).
Proof.
  unfold move.
  refine (d_eq _ _ _ _ (d_add _ _ _ _ _ (d_const t (x i)) (d_mul _ _ _ _ _ (d_id t) (d_const t (u i)))) _).
  ring.
Qed.

(** * The tactic *)

(** Unfolds the definition that is differentiated, and not those in its arguments. *)
Ltac unfold_head :=
  lazymatch goal with
  | |- is_derive (fun s => Mean ?m (@?x s)) ?t ?d =>
      let e := eval cbv delta [Mean] in Mean in change (is_derive (fun s => e m (x s)) t d)
  | |- is_derive (fun s => Var ?m (@?x s) (@?a s)) ?t ?d =>
      let e := eval cbv delta [Var] in Var in change (is_derive (fun s => e m (x s) (a s)) t d)
  | |- is_derive (fun s => WeightedMean ?m (@?x s) (@?w s)) ?t ?d =>
      let e := eval cbv delta [WeightedMean] in WeightedMean in change (is_derive (fun s => e m (x s) (w s)) t d)
  | |- is_derive (fun s => WeightedVar ?m (@?x s) (@?a s) (@?w s)) ?t ?d =>
      let e := eval cbv delta [WeightedVar] in WeightedVar in change (is_derive (fun s => e m (x s) (a s) (w s)) t d)
  | |- is_derive (fun s => CorrectedVar ?m (@?x s) (@?a s) (@?d s)) ?t ?e =>
      let f := eval cbv delta [CorrectedVar] in CorrectedVar in change (is_derive (fun s => f m (x s) (a s) (d s)) t e)
  | |- is_derive (fun s => Rstd (@?b s) (@?c s)) ?t ?d =>
      let e := eval cbv delta [Rstd] in Rstd in change (is_derive (fun s => e (b s) (c s)) t d)
  | |- is_derive (fun s => Xhat (@?x s) (@?a s) (@?b s) (@?c s) ?i) ?t ?d =>
      let e := eval cbv delta [Xhat] in Xhat in change (is_derive (fun s => e (x s) (a s) (b s) (c s) i) t d)
  | |- is_derive (fun s => Y (@?h s) (@?g s) (@?b s) ?i) ?t ?d =>
      let e := eval cbv delta [Y] in Y in change (is_derive (fun s => e (h s) (g s) (b s) i) t d)
  end.

Ltac still := rewrite ?move_0; lra.

(** [derive] proves is_derive f t d for a d that is what the rules leave, before anything is simplified. *)
Ltac derive :=
  repeat (lazymatch goal with
  | |- is_derive (fun _ => ?c) _ _ => apply d_const
  | |- is_derive (fun t => t) _ _ => apply d_id
  | |- is_derive (fun t => move ?x ?u t ?i) _ _ => apply d_move
  | |- is_derive (fun t => - @?f t) _ _ => apply (d_neg _ f)
  | |- is_derive (fun t => @?f t + @?g t) _ _ => apply (d_add _ f g)
  | |- is_derive (fun t => @?f t - @?g t) _ _ => apply (d_sub _ f g)
  | |- is_derive (fun t => @?f t * @?g t) _ _ =>
      lazymatch f with (fun _ => ?c) => apply (d_scale _ c g) | _ => apply (d_mul _ f g) end
  | |- is_derive (fun t => @?f t / @?g t) _ _ =>
      lazymatch g with (fun _ => ?c) => apply (d_over _ c f) | _ => apply (d_div _ f g) end
  | |- is_derive (fun t => @?f t ^ _) _ _ => apply (d_pow _ f)
  | |- is_derive (fun t => sqrt (@?f t)) _ _ => apply (d_root _ f)
  | |- is_derive (fun t => sum ?m (@?f t)) ?s (sum _ ?df) => apply (d_sum s m f df); intros
  | |- is_derive _ _ _ => unfold_head
  | |- 0 < _ => still
  | |- _ <> 0 => first [still | apply Rgt_not_eq, sqrt_lt_R0; still]
  | |- INR _ = _ => simpl; ring
  end; cbv beta).

(** * Derivatives of derivatives *)

(** What is positive stays so where x moves little. *)
Lemma positive_near (f : R -> R) df : is_derive f 0 df -> 0 < f 0 -> locally 0 (fun t : R => 0 < f t).
Proof.
  intros Hf H.
  apply (ex_derive_continuous f 0 (ex_intro _ df Hf) (fun y => 0 < y)).
  exists (mkposreal _ H). intros y Hy. apply Rabs_def2 in Hy.
  unfold minus, plus, opp in Hy. simpl in Hy. lra.
Qed.

Lemma near m x u eps : 0 < INR m -> 0 < Var m x (Mean m x) + eps ->
  locally 0 (fun t : R => 0 < Var m (move x u t) (Mean m (move x u t)) + eps).
Proof.
  intros _ H.
  apply (positive_near _
    (sum m (fun i => 2 * ((move x u 0 i - Mean m (move x u 0)) ^ 1 * (u i - sum m u / INR m))) / INR m + 0)).
  - derive.
  - rewrite move_0. exact H.
Qed.

Lemma near_corrected m d x u eps : 0 < INR m -> 0 < CorrectedVar m x (Mean m x) d + eps ->
  locally 0 (fun t : R => 0 < CorrectedVar m (move x u t) (Mean m (move x u t)) d + eps).
Proof.
  intros _ H.
  apply (positive_near _
    (sum m (fun i => 2 * ((move x u 0 i - Mean m (move x u 0)) ^ 1 * (u i - sum m u / INR m))) / (INR m - d) + 0)).
  - derive.
  - rewrite move_0. exact H.
Qed.

Lemma near_weighted m weight x u eps : 0 < INR m ->
  0 < WeightedVar m x (WeightedMean m x weight) weight + eps ->
  locally 0 (fun t : R => 0 < WeightedVar m (move x u t) (WeightedMean m (move x u t) weight) weight + eps).
Proof.
  intros _ H.
  apply (positive_near _
    (sum m (fun i => weight i * (2 * ((move x u 0 i - WeightedMean m (move x u 0) weight) ^ 1 *
      (u i - sum m (fun i => weight i * u i) / sum m weight)))) / sum m weight + 0)).
  - derive.
  - rewrite move_0. exact H.
Qed.

(** [same by_fact] proves that terms are equal that differ only where [by_fact] knows a derivative. *)
Ltac same by_fact :=
  repeat lazymatch goal with
  | |- ?a = ?a => reflexivity
  | |- _ = Derive _ _ => symmetry; by_fact
  | |- sum _ _ = sum _ _ => apply sum_ext; intros
  | |- _ => f_equal
  end.
