(** What the rules of docs/bounds.md rest on: how far off what is computed may be, if each operation rounds so,
    fl(a) = a (1 + d) + t with |d| <= u and |t| <= h. *)

From Coq Require Import Reals Lia Lra List Permutation.
From Bncore Require Import Sums Rules.
Open Scope R_scope.

(** The computed c is off the exact v by e at most. *)
Definition near (v e c : R) : Prop := Rabs (c - v) <= e.

Section Model.
Variables u h : R.
Hypothesis u_nonnegative : 0 <= u.
Hypothesis h_nonnegative : 0 <= h.

(** c is a, rounded. *)
Definition rounds (a c : R) : Prop := exists d t, Rabs d <= u /\ Rabs t <= h /\ c = a * (1 + d) + t.

(** The same where nothing is lost to underflow: sums, differences, products with whole numbers. *)
Definition scales (a c : R) : Prop := exists d, Rabs d <= u /\ c = a * (1 + d).

Lemma rounds_off a c : rounds a c -> Rabs (c - a) <= u * Rabs a + h.
Proof.
  intros (d & t & Hd & Ht & ->). replace (a * (1 + d) + t - a) with (d * a + t) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult.
  apply Rplus_le_compat; [apply Rmult_le_compat_r; [apply Rabs_pos | exact Hd] | exact Ht].
Qed.

Lemma scales_off a c : scales a c -> Rabs (c - a) <= u * Rabs a.
Proof.
  intros (d & Hd & ->). replace (a * (1 + d) - a) with (d * a) by ring.
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | exact Hd].
Qed.

Lemma size_of v s e c : Rabs v <= s -> near v e c -> Rabs c <= s + e.
Proof.
  unfold near. intros Hv Hc. replace c with (v + (c - v)) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. lra.
Qed.

Lemma near_trans v e a e' c : near v e a -> Rabs (c - a) <= e' -> near v (e + e') c.
Proof.
  unfold near. intros Ha Hc. replace (c - v) with ((a - v) + (c - a)) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. lra.
Qed.

(** ** Rules B and C: a result, itself rounded *)

Theorem rounded_once v s e a c :
  Rabs v <= s -> near v e a -> rounds a c -> near v (Rounded s e u h) c.
Proof.
  intros Hv Ha Hc. unfold Rounded. rewrite Rplus_assoc. eapply near_trans; [exact Ha |].
  eapply Rle_trans; [apply rounds_off, Hc |]. apply Rplus_le_compat_r.
  apply Rmult_le_compat_l; [exact u_nonnegative |]. exact (size_of _ _ _ _ Hv Ha).
Qed.

Theorem sum_of_two v1 s1 e1 a1 v2 s2 e2 a2 c :
  Rabs v1 <= s1 -> near v1 e1 a1 -> Rabs v2 <= s2 -> near v2 e2 a2 -> rounds (a1 + a2) c ->
  near (v1 + v2) (Rounded (s1 + s2) (e1 + e2) u h) c.
Proof.
  intros H1 N1 H2 N2 Hc. apply rounded_once with (a := a1 + a2); [| | exact Hc].
  - eapply Rle_trans; [apply Rabs_triang |]. lra.
  - unfold near in *. replace (a1 + a2 - (v1 + v2)) with ((a1 - v1) + (a2 - v2)) by ring.
    eapply Rle_trans; [apply Rabs_triang |]. lra.
Qed.

Lemma product_off v1 e1 a1 v2 e2 a2 :
  near v1 e1 a1 -> near v2 e2 a2 -> near (v1 * v2) (Product (Rabs v1) e1 (Rabs v2) e2) (a1 * a2).
Proof.
  unfold near, Product. intros N1 N2.
  replace (a1 * a2 - v1 * v2) with (v1 * (a2 - v2) + v2 * (a1 - v1) + (a1 - v1) * (a2 - v2)) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. apply Rplus_le_compat.
  - eapply Rle_trans; [apply Rabs_triang |]. rewrite !Rabs_mult.
    apply Rplus_le_compat; apply Rmult_le_compat_l; auto using Rabs_pos.
  - rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos.
Qed.

Lemma product_size v1 s1 v2 s2 : Rabs v1 <= s1 -> Rabs v2 <= s2 -> Rabs (v1 * v2) <= s1 * s2.
Proof. intros H1 H2. rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos. Qed.

Theorem product_of_two v1 s1 e1 a1 v2 s2 e2 a2 c :
  Rabs v1 <= s1 -> near v1 e1 a1 -> Rabs v2 <= s2 -> near v2 e2 a2 -> rounds (a1 * a2) c ->
  near (v1 * v2) (Rounded (s1 * s2) (Product (Rabs v1) e1 (Rabs v2) e2) u h) c.
Proof.
  intros H1 N1 H2 N2 Hc. apply rounded_once with (a := a1 * a2); [| | exact Hc].
  - apply product_size; assumption.
  - apply product_off; assumption.
Qed.

(** ** Reciprocals, quotients, roots *)

Theorem reciprocal_off v e a :
  v <> 0 -> near v e a -> e * Rabs (/ v) < 1 -> near (/ v) (Reciprocal (Rabs (/ v)) e) (/ a).
Proof.
  unfold near, Reciprocal. intros Hv Ha He. rewrite Rabs_inv in *.
  assert (pv : 0 < Rabs v) by (apply Rabs_pos_lt, Hv).
  assert (ev : e < Rabs v).
  { apply Rmult_lt_reg_r with (/ Rabs v); [apply Rinv_0_lt_compat, pv |]. rewrite Rinv_r by lra. exact He. }
  assert (pa : Rabs v - e <= Rabs a).
  { assert (T := Rabs_triang (v - a) a). replace (v - a + a) with v in T by ring.
    rewrite (Rabs_minus_sym v a) in T. lra. }
  assert (Ha0 : a <> 0) by (intros ->; rewrite Rabs_R0 in pa; lra).
  replace (/ a - / v) with ((v - a) * (/ a * / v)) by (field; split; assumption).
  rewrite !Rabs_mult, !Rabs_inv, Rabs_minus_sym.
  replace (/ Rabs v * (e * / Rabs v) / (1 - e * / Rabs v)) with (e * (/ (Rabs v - e) * / Rabs v))
    by (field; lra).
  apply Rmult_le_compat; [apply Rabs_pos | | exact Ha |].
  - apply Rmult_le_pos; apply Rlt_le, Rinv_0_lt_compat; lra.
  - apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, pv |]. apply Rinv_le_contravar; lra.
Qed.

(** A quotient that is rounded once is within the rule for the product with a reciprocal, itself rounded or not. *)
Theorem quotient_of_two v1 s1 e1 a1 v2 e2 a2 e c :
  Rabs v1 <= s1 -> near v1 e1 a1 -> v2 <> 0 -> near v2 e2 a2 -> e2 * Rabs (/ v2) < 1 ->
  Reciprocal (Rabs (/ v2)) e2 <= e -> rounds (a1 / a2) c ->
  near (v1 / v2) (Rounded (s1 * Rabs (/ v2)) (Product (Rabs v1) e1 (Rabs (/ v2)) e) u h) c.
Proof.
  intros H1 N1 H2 N2 He Hr Hc. unfold Rdiv in *.
  apply product_of_two with (a1 := a1) (a2 := / a2); [assumption | assumption | lra | | assumption].
  eapply Rle_trans; [exact (reciprocal_off _ _ _ H2 N2 He) | exact Hr].
Qed.

Theorem root_off v e a :
  0 < v -> 0 <= a -> near v e a -> near (sqrt v) (Root (sqrt v) e) (sqrt a).
Proof.
  unfold near, Root. intros Hv Ha N.
  assert (e0 : 0 <= e) by (eapply Rle_trans; [apply Rabs_pos | exact N]).
  assert (w0 := sqrt_lt_R0 _ Hv). assert (ww := sqrt_sqrt v (Rlt_le _ _ Hv)).
  assert (aa := sqrt_sqrt a Ha). assert (a0 := sqrt_pos a).
  set (w := sqrt v) in *. set (r := sqrt a) in *.
  set (left := Rmax (1 - e / w ^ 2) 0). assert (l0 : 0 <= left) by apply Rmax_r.
  assert (ew : 0 <= e / w ^ 2) by (apply Rmult_le_pos; [exact e0 | apply Rlt_le, Rinv_0_lt_compat, pow_lt, w0]).
  assert (l1 : left <= 1) by (apply Rmax_lub; lra).
  assert (sl0 := sqrt_pos left). assert (ssl := sqrt_sqrt left l0).
  assert (sl1 : sqrt left <= 1) by (rewrite <- sqrt_1; apply sqrt_le_1; lra).
  assert (below : w * (1 + sqrt left) <= w + r \/ v <= a).
  { destruct (Rle_lt_dec v a) as [? | L]; [right; assumption | left].
    assert (Hl : left * (w * w) <= a).
    { unfold left. destruct (Rle_lt_dec 0 (1 - e / w ^ 2)).
      - rewrite Rmax_left by lra. replace ((1 - e / w ^ 2) * (w * w)) with (w * w - e) by (field; lra).
        rewrite ww. rewrite <- Rabs_Ropp in N. assert (T := Rle_abs (- (a - v))). lra.
      - rewrite Rmax_right by lra. lra. }
    assert (sqrt left * w <= r); [| lra].
    apply Rsqr_incr_0_var; [| exact a0]. unfold Rsqr. rewrite aa.
    replace (sqrt left * w * (sqrt left * w)) with (sqrt left * sqrt left * (w * w)) by ring.
    rewrite ssl. exact Hl. }
  assert (p : 0 < w * (1 + sqrt left)) by (apply Rmult_lt_0_compat; lra).
  apply Rmult_le_reg_r with (w * (1 + sqrt left)); [exact p |].
  replace (e / (w * (1 + sqrt left)) * (w * (1 + sqrt left))) with e by (field; lra).
  eapply Rle_trans; [| exact N].
  replace (a - v) with ((r - w) * (r + w)) by (rewrite <- aa, <- ww; ring).
  rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos |].
  rewrite (Rabs_pos_eq (r + w)) by lra.
  destruct below as [B | B]; [lra |].
  assert (w <= r) by (apply sqrt_le_1; lra).
  assert (w * (1 + sqrt left) <= w * 2) by (apply Rmult_le_compat_l; lra). lra.
Qed.

(** A rectified number is no farther off than it was. *)
Theorem rectified_off v e c : near v e c -> near (Rmax v 0) (Rectified e) (Rmax c 0).
Proof.
  unfold near, Rectified. intros H. eapply Rle_trans; [| exact H].
  unfold Rmax. destruct (Rle_dec c 0), (Rle_dec v 0); unfold Rabs;
    repeat destruct Rcase_abs; lra.
Qed.

(** ** Rule D: the difference *)

(** M is a number of a format that is nearest to b. *)
Definition nearest (format : R -> Prop) (b M : R) : Prop :=
  format M /\ forall f, format f -> Rabs (M - b) <= Rabs (f - b).

Lemma nearest_is_near (format : R -> Prop) x b M : format x -> nearest format b M -> Rabs (x - M) <= 2 * Rabs (x - b).
Proof.
  intros Hx [_ H]. specialize (H x Hx). replace (x - M) with ((x - b) - (M - b)) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra.
Qed.

Lemma deviation_off x mean e1 e2 a b :
  near x e1 a -> near mean e2 b -> Rabs (a - b) <= Rabs (x - mean) + (e1 + e2).
Proof.
  unfold near. intros N1 N2. replace (a - b) with ((x - mean) + ((a - x) - (b - mean))) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. apply Rplus_le_compat_l.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra.
Qed.

(** Subtracted as it is; or the nearest M is, and what it is off goes to the offset: whatever mean/std. *)
Theorem difference x mean e1 e2 a b c :
  near x e1 a -> near mean e2 b -> rounds (a - b) c ->
  near (x - mean) (Rounded (Deviation (Rabs (x - mean)) (e1 + e2)) (e1 + e2) u h) c.
Proof.
  intros N1 N2 Hc. apply rounded_once with (a := a - b); [| | exact Hc].
  - unfold Deviation. assert (P := Rabs_pos (x - mean)).
    assert (0 <= e1 /\ 0 <= e2) as [? ?].
    { split; [eapply Rle_trans; [| exact N1] | eapply Rle_trans; [| exact N2]]; apply Rabs_pos. }
    lra.
  - unfold near in *. replace (a - b - (x - mean)) with ((a - x) - (b - mean)) by ring.
    eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra.
Qed.

Theorem difference_shifted (format : R -> Prop) x mean e1 e2 a b M c :
  near x e1 a -> near mean e2 b -> format a -> nearest format b M -> rounds (a - M) c ->
  near (x - mean) (Rounded (Deviation (Rabs (x - mean)) (e1 + e2)) (e1 + e2) u h) (c - (b - M)).
Proof.
  intros N1 N2 Fa FM Hc.
  assert (S := Rle_trans _ _ _ (nearest_is_near _ _ _ _ Fa FM)
    (Rmult_le_compat_l 2 _ _ (Rlt_le _ _ Rlt_0_2) (deviation_off _ _ _ _ _ _ N1 N2))).
  assert (E := rounds_off _ _ Hc).
  assert (u * Rabs (a - M) <= u * Deviation (Rabs (x - mean)) (e1 + e2))
    by (apply Rmult_le_compat_l; [exact u_nonnegative | exact S]).
  assert (0 <= u * (e1 + e2)).
  { apply Rmult_le_pos; [exact u_nonnegative |]. unfold near in *.
    assert (P1 := Rabs_pos (a - x)). assert (P2 := Rabs_pos (b - mean)). lra. }
  unfold near, Rounded in *.
  replace (c - (b - M) - (x - mean)) with ((c - (a - M)) + ((a - x) - (b - mean))) by ring.
  eapply Rle_trans; [apply Rabs_triang |].
  assert (Rabs (a - x - (b - mean)) <= e1 + e2).
  { eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra. }
  rewrite Rmult_plus_distr_l. lra.
Qed.

(** Folded: scale and offset are rounded alone, and what they cancel is paid for. *)
Theorem difference_folded x mean scale c1 c2 c :
  rounds (scale * x) c1 -> rounds (scale * mean) c2 -> rounds (c1 - c2) c ->
  near (scale * (x - mean))
    (Rounded (Rabs scale * Folded (Rabs x) (Rabs mean))
      (u * (Rabs scale * Folded (Rabs x) (Rabs mean)) + 2 * h) u h) c.
Proof.
  unfold Folded. intros H1 H2 Hc. apply rounded_once with (a := c1 - c2); [| | exact Hc].
  - rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos |].
    eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra.
  - unfold near. apply rounds_off in H1. apply rounds_off in H2. rewrite Rabs_mult in H1, H2.
    replace (c1 - c2 - scale * (x - mean)) with ((c1 - scale * x) - (c2 - scale * mean)) by ring.
    eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra.
Qed.

(** ** Rule G: weights *)

Theorem weighed_by_0_or_1 w v e a c :
  near v e a -> (w = 0 /\ c = 0) \/ (w = 1 /\ c = a) -> near (w * v) (Weighed w e) c.
Proof.
  unfold near, Weighed. intros N [[-> ->] | [-> ->]].
  - replace (0 - 0 * v) with 0 by ring. rewrite Rabs_R0. lra.
  - rewrite !Rmult_1_l. exact N.
Qed.

(** ** The bound of n roundings *)

Lemma pow_pos_one k : 1 <= (1 + u) ^ k.
Proof. apply pow_R1_Rle. lra. Qed.

Definition Q (k : R) : R := / (1 - k * u).

Lemma Q_is k : k * u < 1 -> Roundings k u = Q k - 1.
Proof. intros H. unfold Roundings, Q. field. lra. Qed.

Lemma Q_le a b : a <= b -> b * u < 1 -> Q a <= Q b.
Proof.
  intros H Hb. assert (a * u <= b * u) by (apply Rmult_le_compat_r; assumption).
  apply Rinv_le_contravar; lra.
Qed.

Lemma Q_one k : 0 <= k -> k * u < 1 -> 1 <= Q k.
Proof.
  intros Hk H. apply Rle_trans with (Q 0); [unfold Q; rewrite Rmult_0_l, Rminus_0_r, Rinv_1; lra |].
  apply Q_le; assumption.
Qed.

(** One factor more. *)
Lemma Q_step a b f :
  0 <= a -> 0 <= b -> (a + b) * u < 1 -> f * (1 - (a + b) * u) <= 1 - a * u -> Q a * f <= Q (a + b).
Proof.
  intros Ha Hb H Hf. assert (a * u <= (a + b) * u) by (apply Rmult_le_compat_r; lra).
  unfold Q. apply Rmult_le_reg_l with (1 - a * u); [lra |].
  replace ((1 - a * u) * (/ (1 - a * u) * f)) with f by (field; lra).
  apply Rmult_le_reg_r with (1 - (a + b) * u); [lra |].
  rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. exact Hf.
Qed.

Lemma Q_times a : 0 <= a -> (a + 1) * u < 1 -> Q a * (1 + u) <= Q (a + 1).
Proof.
  intros Ha H. apply Q_step; try lra.
  assert (0 <= (a + 1) * (u * u)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]).
  replace ((1 + u) * (1 - (a + 1) * u)) with (1 - a * u - (a + 1) * (u * u)) by ring. lra.
Qed.

Lemma Q_pow a k : 0 <= a -> (a + INR k) * u < 1 -> Q a * (1 + u) ^ k <= Q (a + INR k).
Proof.
  intros Ha. induction k as [| k IH]; intros H.
  - simpl. rewrite Rmult_1_r, Rplus_0_r. lra.
  - rewrite S_INR in *. assert (P := pos_INR k).
    assert ((a + INR k) * u <= (a + (INR k + 1)) * u) by (apply Rmult_le_compat_r; lra).
    simpl. rewrite (Rmult_comm (1 + u)), <- Rmult_assoc.
    apply Rle_trans with (Q (a + INR k) * (1 + u)).
    + apply Rmult_le_compat_r; [lra | apply IH; lra].
    + rewrite <- Rplus_assoc. apply Q_times; lra.
Qed.

Theorem roundings k n : INR k <= n -> n * u < 1 -> (1 + u) ^ k - 1 <= Roundings n u.
Proof.
  intros Hk H. rewrite Q_is by exact H. apply Rplus_le_compat_r.
  assert (INR k * u <= n * u) by (apply Rmult_le_compat_r; assumption).
  apply Rle_trans with (Q (0 + INR k)).
  - rewrite <- (Rmult_1_l ((1 + u) ^ k)).
    replace 1 with (Q 0) at 1 by (unfold Q; rewrite Rmult_0_l, Rminus_0_r; apply Rinv_1).
    apply Q_pow; [lra |]. rewrite Rplus_0_l. lra.
  - apply Q_le; lra.
Qed.
End Model.
