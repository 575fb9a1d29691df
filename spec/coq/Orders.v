(** Rule E of docs/bounds.md: how far off a sum may be, in whatever order it is formed. *)

From Coq Require Import Reals Lia Lra List Permutation.
From Bncore Require Import Sums Rules Roundings.
Open Scope R_scope.

(** ** Orders are trees, whose leaves are elements *)

Inductive tree := Leaf (i : nat) | Node (l r : tree).

Fixpoint leaves (t : tree) : list nat :=
  match t with
  | Leaf i => i :: nil
  | Node l r => leaves l ++ leaves r
  end.

Fixpoint total (f : nat -> R) (l : list nat) : R :=
  match l with
  | nil => 0
  | i :: l => f i + total f l
  end.

Lemma total_app f l1 l2 : total f (l1 ++ l2) = total f l1 + total f l2.
Proof. induction l1 as [| i l1 IH]; simpl; [| rewrite IH]; ring. Qed.

Lemma total_permuted f l1 l2 : Permutation l1 l2 -> total f l1 = total f l2.
Proof. induction 1; simpl; lra. Qed.

Lemma total_abs f l : Rabs (total f l) <= total (fun i => Rabs (f i)) l.
Proof.
  induction l as [| i l IH]; simpl; [rewrite Rabs_R0; lra |].
  eapply Rle_trans; [apply Rabs_triang |]. lra.
Qed.

Lemma total_nonnegative f l : 0 <= total (fun i => Rabs (f i)) l.
Proof. eapply Rle_trans; [apply Rabs_pos | apply total_abs]. Qed.

Lemma total_is_sum f n : total f (seq 0 n) = sum n f.
Proof.
  induction n as [| n IH]; [reflexivity |].
  rewrite seq_S, total_app, IH. simpl. ring.
Qed.

Lemma sum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> sum n f <= sum n g.
Proof.
  induction n as [| n IH]; intros H; simpl; [lra |].
  apply Rplus_le_compat; [apply IH; intros; apply H | apply H]; lia.
Qed.

Lemma sum_plus n f g : sum n (fun i => f i + g i) = sum n f + sum n g.
Proof. induction n as [| n IH]; simpl; [| rewrite IH]; ring. Qed.

Lemma sum_abs n f : Rabs (sum n f) <= sum n (fun i => Rabs (f i)).
Proof. rewrite <- !total_is_sum. apply total_abs. Qed.

(** Terms x, of sizes s, that are off by e and computed as y. *)
Definition terms (n : nat) (x s e y : nat -> R) : Prop :=
  forall i, (i < n)%nat -> Rabs (x i) <= s i /\ near (x i) (e i) (y i).

(** What is lost beside the errors of the terms. *)
Lemma lost n x s e y k c b :
  terms n x s e y -> 0 <= k ->
  Rabs (c - sum n y) <= k * sum n (fun i => Rabs (y i)) + b ->
  Rabs (c - sum n x) <= sum n e + (k * (sum n s + sum n e) + b).
Proof.
  intros H Hk Hc.
  assert (Hy : sum n (fun i => Rabs (y i)) <= sum n s + sum n e).
  { rewrite <- sum_plus. apply sum_le. intros i Hi. destruct (H i Hi). eapply size_of; eassumption. }
  assert (Hx : Rabs (sum n y - sum n x) <= sum n e).
  { replace (sum n y - sum n x) with (sum n (fun i => y i - x i)).
    - eapply Rle_trans; [apply sum_abs |]. apply sum_le. intros i Hi. apply (H i Hi).
    - transitivity (sum n (fun i => (-1) * x i + y i)); [apply sum_ext; intros; ring |].
      rewrite sum_cons. ring. }
  replace (c - sum n x) with ((sum n y - sum n x) + (c - sum n y)) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. apply Rplus_le_compat; [exact Hx |].
  eapply Rle_trans; [exact Hc |]. apply Rplus_le_compat_r, Rmult_le_compat_l; assumption.
Qed.

Inductive evaluates (adds : R -> R -> R -> Prop) (y : nat -> R) : tree -> R -> Prop :=
  | at_leaf i : evaluates adds y (Leaf i) (y i)
  | at_node l r a b c :
      evaluates adds y l a -> evaluates adds y r b -> adds a b c -> evaluates adds y (Node l r) c.

(** Whole numbers are added exactly as long as the format holds them (rule G). *)
Theorem whole_sum (u : R) (adds : R -> R -> R -> Prop) (w : nat -> nat) t c :
  (forall a b k c, adds a b c -> a + b = INR k -> INR k <= Whole u -> c = INR k) ->
  total (fun i => INR (w i)) (leaves t) <= Whole u ->
  evaluates adds (fun i => INR (w i)) t c -> c = total (fun i => INR (w i)) (leaves t).
Proof.
  intros exact.
  assert (natural : forall l, exists k, total (fun i => INR (w i)) l = INR k).
  { induction l as [| i l [k IH]]; simpl; [exists 0%nat; reflexivity |].
    exists (w i + k)%nat. rewrite IH, plus_INR. reflexivity. }
  intros H E. induction E as [i | l r a b c El IHl Er IHr Hc]; simpl in *; [ring |].
  rewrite total_app in *. destruct (natural (leaves l)) as [kl Hl], (natural (leaves r)) as [kr Hr].
  rewrite Hl, Hr in *. assert (pl := pos_INR kl). assert (pr := pos_INR kr).
  rewrite <- plus_INR. apply (exact a b); [exact Hc | |].
  - rewrite plus_INR, IHl, IHr by lra. reflexivity.
  - rewrite plus_INR. exact H.
Qed.

Section Model.
Variables u h : R.
Hypothesis u_nonnegative : 0 <= u.
Hypothesis h_nonnegative : 0 <= h.

Lemma factor d : Rabs d <= u -> Rabs (1 + d) <= 1 + u.
Proof. intros H. eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_R1. lra. Qed.

(** An addition rounds, unless one of both is 0. *)
Definition adds (a b c : R) : Prop := rounds u h (a + b) c /\ (a = 0 -> c = b) /\ (b = 0 -> c = a).

Section Counted.
(** The elements that count; the others are 0. *)
Variable counts : nat -> bool.

Fixpoint counted (t : tree) : nat :=
  match t with
  | Leaf i => if counts i then 1 else 0
  | Node l r => counted l + counted r
  end.

(** How many roundings a term meets at most. *)
Fixpoint depth (t : tree) : nat :=
  match t with
  | Leaf _ => 0
  | Node l r => match counted l, counted r with
                | O, _ => depth r
                | _, O => depth l
                | _, _ => S (Nat.max (depth l) (depth r))
                end
  end.

Lemma depth_below t : (depth t <= pred (counted t))%nat.
Proof.
  induction t as [i | l IHl r IHr]; simpl; [lia |].
  destruct (counted l) as [| nl], (counted r) as [| nr]; simpl in *; lia.
Qed.

(** n^2 pays for what n - 1 additions may lose to underflow. *)
Lemma squares a b : 1 <= a -> 1 <= b -> (a + b) * u <= 1 -> (1 + u) * (a * a + b * b) + 1 <= (a + b) * (a + b).
Proof.
  intros Ha Hb Hu.
  assert (p : 0 <= (a - 1) * (b - 1)) by (apply Rmult_le_pos; lra).
  assert (k : 0 <= a * a + b * b) by (assert (P := Rle_0_sqr a); assert (P2 := Rle_0_sqr b); unfold Rsqr in *; lra).
  assert (H : (a + b) * (u * (a * a + b * b)) <= a * a + b * b).
  { replace ((a + b) * (u * (a * a + b * b))) with ((a + b) * u * (a * a + b * b)) by ring.
    rewrite <- (Rmult_1_l (a * a + b * b)) at 2. apply Rmult_le_compat_r; assumption. }
  assert (G : (a + b) * (u * (a * a + b * b) + 1) <= (a + b) * (2 * a * b)).
  { assert (0 <= (2 * (a * b) - (a + b)) * (a + b + 1)) by (apply Rmult_le_pos; lra). lra. }
  apply Rmult_le_reg_l in G; lra.
Qed.

Lemma tree_off y t c :
  (forall i, counts i = false -> y i = 0) -> evaluates adds y t c -> INR (counted t) * u <= 1 ->
  (counted t = 0%nat -> c = 0 /\ total y (leaves t) = 0) /\
  Rabs (c - total y (leaves t)) <=
    ((1 + u) ^ depth t - 1) * total (fun i => Rabs (y i)) (leaves t) + INR (counted t) * INR (counted t) * h.
Proof.
  intros zero E. induction E as [i | l r a b c El IHl Er IHr (Hc & Ha & Hb)]; simpl; intros Hu.
  - split.
    + destruct (counts i) eqn:Hi; [discriminate |]. intros _. rewrite (zero _ Hi). lra.
    + replace (y i - (y i + 0)) with 0 by ring. rewrite Rabs_R0.
      assert (0 <= INR (if counts i then 1 else 0)) by apply pos_INR.
      assert (0 <= INR (if counts i then 1 else 0) * INR (if counts i then 1 else 0) * h)
        by (apply Rmult_le_pos; [apply Rmult_le_pos |]; assumption).
      lra.
  - rewrite plus_INR in *. assert (pl := pos_INR (counted l)). assert (pr := pos_INR (counted r)).
    assert (0 <= INR (counted l) * u) by (apply Rmult_le_pos; assumption).
    assert (0 <= INR (counted r) * u) by (apply Rmult_le_pos; assumption).
    destruct IHl as [Zl Bl]; [lra |]. destruct IHr as [Zr Br]; [lra |].
    rewrite !total_app.
    destruct (counted l) as [| nl] eqn:Cl.
    { destruct (Zl eq_refl) as [za zt]. rewrite (Ha za), zt in *. split; [intros n0; destruct Zr; [exact n0 | lra] |].
      simpl INR. rewrite !Rplus_0_l. eapply Rle_trans; [exact Br |]. apply Rplus_le_compat_r.
      apply Rmult_le_compat_l; [assert (P := pow_pos_one u u_nonnegative (depth r)); lra |].
      assert (P := total_nonnegative y (leaves l)). lra. }
    destruct (counted r) as [| nr] eqn:Cr.
    { destruct (Zr eq_refl) as [zb zt]. rewrite (Hb zb), zt in *. split; [intros n0; lia |].
      simpl (INR 0). rewrite !Rplus_0_r. eapply Rle_trans; [exact Bl |]. apply Rplus_le_compat_r.
      apply Rmult_le_compat_l; [assert (P := pow_pos_one u u_nonnegative (depth l)); lra |].
      assert (P := total_nonnegative y (leaves r)). lra. }
    split; [intros n0; lia |].
    set (A := total (fun i => Rabs (y i)) (leaves l)) in *. set (B := total (fun i => Rabs (y i)) (leaves r)) in *.
    assert (A0 : 0 <= A) by apply total_nonnegative. assert (B0 : 0 <= B) by apply total_nonnegative.
    assert (At := total_abs y (leaves l)). assert (Bt := total_abs y (leaves r)). fold A in At. fold B in Bt.
    set (va := total y (leaves l)) in *. set (vb := total y (leaves r)) in *.
    set (M := (1 + u) ^ Nat.max (depth l) (depth r)).
    assert (Ml : (1 + u) ^ depth l <= M) by (apply Rle_pow; [lra | lia]).
    assert (Mr : (1 + u) ^ depth r <= M) by (apply Rle_pow; [lra | lia]).
    assert (l1 : 1 <= INR (S nl)) by (rewrite S_INR; assert (P := pos_INR nl); lra).
    assert (r1 : 1 <= INR (S nr)) by (rewrite S_INR; assert (P := pos_INR nr); lra).
    set (p := INR (S nl)) in *. set (q := INR (S nr)) in *.
    assert (Bl' : Rabs (a - va) <= (M - 1) * A + p * p * h).
    { eapply Rle_trans; [exact Bl |]. apply Rplus_le_compat_r, Rmult_le_compat_r; lra. }
    assert (Br' : Rabs (b - vb) <= (M - 1) * B + q * q * h).
    { eapply Rle_trans; [exact Br |]. apply Rplus_le_compat_r, Rmult_le_compat_r; lra. }
    assert (off : Rabs (a + b - (va + vb)) <= (M - 1) * (A + B) + (p * p + q * q) * h).
    { replace (a + b - (va + vb)) with ((a - va) + (b - vb)) by ring.
      eapply Rle_trans; [apply Rabs_triang |]. lra. }
    assert (size : Rabs (a + b) <= M * (A + B) + (p * p + q * q) * h).
    { replace (a + b) with ((va + vb) + (a + b - (va + vb))) by ring.
      eapply Rle_trans; [apply Rabs_triang |]. assert (T := Rabs_triang va vb). lra. }
    assert (last := rounds_off _ _ _ _ Hc).
    apply (Rmult_le_compat_l u) in size; [| exact u_nonnegative].
    assert (sq := squares p q l1 r1 ltac:(lra)). apply (Rmult_le_compat_r h) in sq; [| exact h_nonnegative].
    replace (c - (va + vb)) with ((c - (a + b)) + (a + b - (va + vb))) by ring.
    eapply Rle_trans; [apply Rabs_triang |]. change ((1 + u) ^ S (Nat.max (depth l) (depth r))) with ((1 + u) * M).
    lra.
Qed.

(** Any order of additions: what c(n) must pay for. *)
Theorem any_tree n k d x s e y t c :
  terms n x s e y -> (forall i, counts i = false -> y i = 0) -> Permutation (leaves t) (seq 0 n) ->
  evaluates adds y t c -> (counted t <= k)%nat -> INR k * u <= 1 -> INR (depth t) <= d -> d * u < 1 ->
  near (sum n x) (Summed (sum n e) (sum n s) (Roundings d u) (INR k) h) c.
Proof.
  intros H zero order E Hk Hu Hd Hdu. unfold near, Summed.
  assert (kk := le_INR _ _ Hk). assert (k0 := pos_INR (counted t)).
  assert (T : INR (counted t) * u <= 1).
  { eapply Rle_trans; [apply Rmult_le_compat_r |]; eassumption. }
  destruct (tree_off y t c zero E T) as [_ B]. rewrite !(total_permuted _ _ _ order), !total_is_sum in B.
  assert (d0 : 0 <= Roundings d u).
  { assert (P := roundings u u_nonnegative 0 d). simpl in P. rewrite Rminus_diag_eq in P by reflexivity.
    apply P; [| exact Hdu]. eapply Rle_trans; [apply pos_INR | exact Hd]. }
  apply lost with (y := y); [assumption | exact d0 |].
  eapply Rle_trans; [exact B |]. apply Rplus_le_compat.
  - apply Rmult_le_compat_r; [| apply roundings; assumption].
    rewrite <- total_is_sum. apply total_nonnegative.
  - apply Rmult_le_compat_r; [exact h_nonnegative |]. apply Rmult_le_compat; assumption.
Qed.
End Counted.

Definition all (i : nat) : bool := true.

Lemma all_counted t : counted all t = length (leaves t).
Proof. induction t as [| l IHl r IHr]; simpl; [| rewrite app_length, IHl, IHr]; reflexivity. Qed.

(** A tree of depth d: a term meets d roundings. *)
Theorem by_depth n x s e y t c :
  terms n x s e y -> Permutation (leaves t) (seq 0 n) -> evaluates adds y t c ->
  INR n * u <= 1 -> INR (depth all t) * u < 1 ->
  near (sum n x) (Summed (sum n e) (sum n s) (Roundings (INR (depth all t)) u) (INR n) h) c.
Proof.
  intros H order E Hn Hd. apply any_tree with (counts := all) (y := y) (t := t); try assumption.
  - intros i. discriminate.
  - rewrite all_counted, (Permutation_length order), seq_length. reflexivity.
  - apply Rle_refl.
Qed.

(** ** Sums of products *)

Theorem dot_product n a b p t c :
  (forall i, (i < n)%nat -> rounds u h (a i * b i) (p i)) -> Permutation (leaves t) (seq 0 n) ->
  evaluates adds p t c -> (1 <= n)%nat -> INR n * u < 1 ->
  near (sum n (fun i => a i * b i))
    (Summed (sum n (fun i => u * Rabs (a i * b i) + h)) (sum n (fun i => Rabs (a i * b i)))
      (Roundings (INR n) u) (INR n) h) c.
Proof.
  intros Hp order E Hn Hu.
  apply any_tree with (counts := all) (y := p) (t := t); try assumption; try lra.
  - intros i Hi. split; [apply Rle_refl |]. apply (rounds_off u h), Hp, Hi.
  - intros i. discriminate.
  - rewrite all_counted, (Permutation_length order), seq_length. reflexivity.
  - apply le_INR. eapply Nat.le_trans; [apply depth_below |].
    rewrite all_counted, (Permutation_length order), seq_length. lia.
Qed.

(** ** Compensated: what each addition loses is kept, and added at the end *)

Fixpoint list_sum (l : list R) : R :=
  match l with
  | nil => 0
  | a :: l => a + list_sum l
  end.

Definition sizes (l : list R) : R := list_sum (map Rabs l).

Lemma list_sum_app l1 l2 : list_sum (l1 ++ l2) = list_sum l1 + list_sum l2.
Proof. induction l1 as [| a l1 IH]; simpl; [| rewrite IH]; ring. Qed.

Inductive compensates (y : nat -> R) : tree -> R -> list R -> Prop :=
  | kept_leaf i : compensates y (Leaf i) (y i) nil
  | kept_node l r a b c la lb :
      compensates y l a la -> compensates y r b lb -> scales u (a + b) c ->
      compensates y (Node l r) c ((a + b - c) :: la ++ lb).

Lemma losses y t c kept :
  compensates y t c kept ->
  let S := total (fun i => Rabs (y i)) (leaves t) in
  let F := (1 + u) ^ pred (length (leaves t)) in
  c + list_sum kept = total y (leaves t) /\ Rabs c <= F * S /\ sizes kept <= (F - 1) * S.
Proof.
  unfold sizes. intros E. induction E as [i | l r a b c la lb El IHl Er IHr Hc]; simpl in *.
  - rewrite !Rplus_0_r. repeat split; lra.
  - destruct IHl as (Tl & Cl & Sl), IHr as (Tr & Cr & Sr).
    rewrite !total_app, map_app, !list_sum_app, app_length.
    assert (ll : forall t, (1 <= length (leaves t))%nat).
    { induction t as [| t1 ? t2 ?]; simpl; [lia | rewrite app_length; lia]. }
    assert (nl := ll l). assert (nr := ll r).
    set (A := total (fun i => Rabs (y i)) (leaves l)) in *. set (B := total (fun i => Rabs (y i)) (leaves r)) in *.
    assert (A0 : 0 <= A) by apply total_nonnegative. assert (B0 : 0 <= B) by apply total_nonnegative.
    set (n := length (leaves l)) in *. set (m := length (leaves r)) in *.
    set (F := (1 + u) ^ pred (pred (n + m))).
    assert (whole : (1 + u) ^ pred (n + m) = (1 + u) * F).
    { unfold F. replace (pred (n + m)) with (S (pred (pred (n + m)))) at 1 by lia. reflexivity. }
    rewrite whole.
    assert (Fl : (1 + u) ^ pred n <= F) by (apply Rle_pow; [lra | lia]).
    assert (Fr : (1 + u) ^ pred m <= F) by (apply Rle_pow; [lra | lia]).
    assert (fA : (1 + u) ^ pred n * A <= F * A) by (apply Rmult_le_compat_r; assumption).
    assert (fB : (1 + u) ^ pred m * B <= F * B) by (apply Rmult_le_compat_r; assumption).
    assert (off := scales_off _ _ _ Hc).
    assert (ab : Rabs (a + b) <= F * (A + B)) by (eapply Rle_trans; [apply Rabs_triang |]; lra).
    assert (uab := Rmult_le_compat_l u _ _ u_nonnegative ab).
    repeat split.
    + lra.
    + replace c with ((a + b) + (c - (a + b))) by ring. eapply Rle_trans; [apply Rabs_triang |]. lra.
    + rewrite Rabs_minus_sym. lra.
Qed.

Theorem compensated n x s e y t a kept rest c :
  terms n x s e y -> Permutation (leaves t) (seq 0 n) -> compensates y t a kept ->
  near (list_sum kept) (Roundings (INR n) u * sizes kept) rest -> scales u (a + rest) c ->
  INR n * u <= / 2 ->
  near (sum n x) (Summed (sum n e) (sum n s) (Compensated (INR n) u) (INR n) h) c.
Proof.
  intros H order E Hr Hc Hu. unfold near, Summed, Compensated in *. fold (Roundings (INR n) u).
  set (g := Roundings (INR n) u) in *. set (S := sum n (fun i => Rabs (y i))).
  assert (n0 := pos_INR n). assert (nu0 : 0 <= INR n * u) by (apply Rmult_le_pos; assumption).
  assert (F : (1 + u) ^ pred n - 1 <= g) by (apply roundings; [assumption | apply le_INR; lia | lra]).
  assert (P := pow_pos_one u u_nonnegative (pred n)).
  assert (g1 : g <= 1).
  { unfold g, Roundings. apply Rmult_le_reg_r with (1 - INR n * u); [lra |].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  destruct (losses y t a kept E) as (T & _ & K).
  rewrite (Permutation_length order), seq_length in K.
  rewrite (total_permuted _ _ _ order), total_is_sum in T.
  rewrite (total_permuted _ _ _ order), total_is_sum in K. fold S in K.
  assert (S0 : 0 <= S) by (unfold S; rewrite <- total_is_sum; apply total_nonnegative).
  assert (St : Rabs (sum n y) <= S) by apply sum_abs.
  assert (K' : sizes kept <= g * S) by (eapply Rle_trans; [exact K | apply Rmult_le_compat_r; lra]).
  assert (G : Rabs (rest - list_sum kept) <= g * (g * S)).
  { eapply Rle_trans; [exact Hr | apply Rmult_le_compat_l; lra]. }
  assert (off := scales_off _ _ _ Hc).
  assert (R : Rabs (a + rest) <= S + g * (g * S)).
  { replace (a + rest) with (sum n y + (rest - list_sum kept)) by (rewrite <- T; ring).
    eapply Rle_trans; [apply Rabs_triang |]. lra. }
  assert (gg : g * (g * S) <= S).
  { rewrite <- (Rmult_1_l S) at 2. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [assumption |].
    rewrite <- (Rmult_1_l 1). apply Rmult_le_compat; lra. }
  assert (uR := Rmult_le_compat_l u _ _ u_nonnegative R).
  assert (ug := Rmult_le_compat_l u _ _ u_nonnegative gg).
  assert (uS : 0 <= u * S) by (apply Rmult_le_pos; assumption).
  apply lost with (y := y); [assumption | assert (0 <= g * (g * 1)) by (apply Rmult_le_pos; lra); simpl; lra |].
  fold S. assert (0 <= INR n * INR n * h) by (repeat apply Rmult_le_pos; assumption).
  replace (c - sum n y) with ((c - (a + rest)) + (rest - list_sum kept)) by (rewrite <- T; ring).
  eapply Rle_trans; [apply Rabs_triang |]. simpl. lra.
Qed.

(** ** Kahan's sum: the carry c is rounded too, and goes to the next term *)

Definition carries (y s c : nat -> R) (n : nat) : Prop :=
  s 0%nat = 0 /\ c 0%nat = 0 /\
  forall k, (k < n)%nat -> exists d g,
    scales u (y k - c k) d /\ scales u (s k + d) (s (S k)) /\
    scales u (s (S k) - s k) g /\ scales u (g - d) (c (S k)).

(** One step after k; p is the sum of |terms|, X of the terms. *)
Lemma carry_step k s c X p y d g s' c' :
  u <= / 64 -> 0 <= k -> k * u <= / 2 -> Rabs X <= p ->
  scales u (y - c) d -> scales u (s + d) s' -> scales u (s' - s) g -> scales u (g - d) c' ->
  Rabs (s - c - X) <= 51 / 25 * (u * p) + 351 / 50 * (k * u * (u * p)) -> Rabs c <= 227 / 100 * (u * p) ->
  let w := u * (p + Rabs y) in
  Rabs (s' - (X + y)) <= 163 / 50 * w + 351 / 50 * (k * u * w) /\
  Rabs (s' - c' - (X + y)) <= 51 / 25 * w + 351 / 50 * ((k + 1) * u * w) /\
  Rabs c' <= 227 / 100 * w.
Proof.
  intros small k0 ku HX (e1 & H1 & Hd) (e2 & H2 & Hs) (e3 & H3 & Hg) (e4 & H4 & Hc) HE HC w.
  set (Y := Rabs y) in *. assert (Y0 : 0 <= Y) by apply Rabs_pos.
  assert (p0 : 0 <= p) by (eapply Rle_trans; [apply Rabs_pos | exact HX]).
  assert (up0 : 0 <= u * p) by (apply Rmult_le_pos; assumption).
  assert (uY0 : 0 <= u * Y) by (apply Rmult_le_pos; assumption).
  assert (up : u * p <= / 64 * p) by (apply Rmult_le_compat_r; assumption).
  assert (uY : u * Y <= / 64 * Y) by (apply Rmult_le_compat_r; assumption).
  assert (uup : u * (u * p) <= / 64 * (u * p)) by (apply Rmult_le_compat_r; assumption).
  assert (uuY : u * (u * Y) <= / 64 * (u * Y)) by (apply Rmult_le_compat_r; assumption).
  assert (uup0 : 0 <= u * (u * p)) by (apply Rmult_le_pos; assumption).
  assert (uuY0 : 0 <= u * (u * Y)) by (apply Rmult_le_pos; assumption).
  assert (kup : k * u * (u * p) <= / 2 * (u * p)) by (apply Rmult_le_compat_r; assumption).
  assert (ku0 : 0 <= k * u) by (apply Rmult_le_pos; assumption).
  assert (kuY : 0 <= k * u * (u * Y)) by (apply Rmult_le_pos; assumption).
  set (E := s - c - X) in *. set (t := e2 * (s + d)).
  assert (dd : Rabs d <= (1 + u) * (Y + Rabs c)).
  { rewrite Hd, Rmult_comm, Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos.
    - apply factor; assumption.
    - eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. apply Rle_refl. }
  assert (c0 := Rabs_pos c). assert (d0 := Rabs_pos d).
  assert (uc : u * Rabs c <= / 64 * Rabs c) by (apply Rmult_le_compat_r; assumption).
  assert (sd : Rabs (s + d) <= 59 / 50 * (p + Y)).
  { replace (s + d) with (E + c + X + d) by (unfold E; ring).
    eapply Rle_trans; [apply Rabs_triang |].
    assert (T1 := Rabs_triang (E + c) X). assert (T2 := Rabs_triang E c). lra. }
  assert (tt : Rabs t <= 59 / 50 * w).
  { unfold t, w. rewrite Rabs_mult. replace (59 / 50 * (u * (p + Y))) with (u * (59 / 50 * (p + Y))) by ring.
    apply Rmult_le_compat; auto using Rabs_pos. }
  assert (t0 := Rabs_pos t). assert (ww : w = u * p + u * Y) by (unfold w; ring).
  assert (ut : u * Rabs t <= u * (59 / 50 * w)) by (apply Rmult_le_compat_l; assumption).
  assert (uw : u * w <= / 64 * w) by (apply Rmult_le_compat_r; lra).
  assert (uuw : u * (u * w) <= / 64 * (u * w)).
  { apply Rmult_le_compat_r; [apply Rmult_le_pos; lra | assumption]. }
  assert (udc : u * Rabs d <= u * ((1 + u) * (Y + Rabs c))) by (apply Rmult_le_compat_l; assumption).
  assert (ucp : u * Rabs c <= u * (227 / 100 * (u * p))) by (apply Rmult_le_compat_l; assumption).
  assert (uucp : u * (u * Rabs c) <= / 64 * (u * Rabs c)).
  { apply Rmult_le_compat_r; [apply Rmult_le_pos; assumption | assumption]. }
  assert (uuucp : u * (u * (u * Rabs c)) <= / 64 * (u * (u * Rabs c))).
  { apply Rmult_le_compat_r; [repeat apply Rmult_le_pos; assumption | assumption]. }
  assert (uuuY : u * (u * (u * Y)) <= / 64 * (u * (u * Y))).
  { apply Rmult_le_compat_r; [repeat apply Rmult_le_pos; assumption | assumption]. }
  assert (ee : Rabs (e1 * (y - c)) <= u * (Y + Rabs c)).
  { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos.
    eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. apply Rle_refl. }
  assert (dt : Rabs (d + t) <= Rabs d + Rabs t) by apply Rabs_triang.
  assert (ge : Rabs (e3 * (d + t)) <= u * (Rabs d + Rabs t)).
  { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos. }
  assert (uudc := Rmult_le_compat_l u _ _ u_nonnegative udc).
  assert (uut := Rmult_le_compat_l u _ _ u_nonnegative ut).
  assert (off : Rabs (t - c') <= (1 + u) * (u * (Rabs d + Rabs t)) + u * Rabs t).
  { replace (t - c') with (- (e3 * (d + t) * (1 + e4)) - e4 * t) by (unfold t; rewrite Hc, Hg, Hs; ring).
    eapply Rle_trans; [apply Rabs_triang |]. rewrite !Rabs_Ropp, Rabs_mult, (Rabs_mult e4).
    apply Rplus_le_compat.
    - rewrite Rmult_comm. apply Rmult_le_compat; auto using Rabs_pos. apply factor; assumption.
    - apply Rmult_le_compat_r; assumption. }
  repeat split.
  - replace (s' - (X + y)) with (E + e1 * (y - c) + t) by (unfold E, t; rewrite Hs, Hd; ring).
    eapply Rle_trans; [apply Rabs_triang |]. assert (T1 := Rabs_triang E (e1 * (y - c))).
    rewrite ww in *. lra.
  - replace (s' - c' - (X + y)) with (E + e1 * (y - c) + (t - c')) by (unfold E, t; rewrite Hs, Hd; ring).
    eapply Rle_trans; [apply Rabs_triang |]. assert (T1 := Rabs_triang E (e1 * (y - c))).
    rewrite ww in *. lra.
  - replace c' with (t - (t - c')) by ring.
    eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. rewrite ww in *. lra.
Qed.

Lemma carried y s c n :
  carries y s c n -> u <= / 64 -> INR n * u <= / 2 ->
  let w := u * sum n (fun i => Rabs (y i)) in
  Rabs (s n - c n - sum n y) <= 51 / 25 * w + 351 / 50 * (INR n * u * w) /\ Rabs (c n) <= 227 / 100 * w.
Proof.
  intros (s0 & c0 & next) small. induction n as [| n IH]; intros Hu w.
  - unfold w. simpl. rewrite s0, c0. replace (0 - 0 - 0) with 0 by ring. rewrite Rabs_R0. lra.
  - rewrite S_INR in Hu.
    assert (before : INR n * u <= / 2) by lra.
    destruct IH as [HE HC]; [intros k Hk; apply next; lia | exact before |].
    destruct (next n ltac:(lia)) as (d & g & Hd & Hs & Hg & Hc).
    destruct (carry_step (INR n) (s n) (c n) (sum n y) (sum n (fun i => Rabs (y i))) (y n) d g (s (S n))
      (c (S n))) as (_ & E & C); try assumption; [apply pos_INR | apply sum_abs |].
    unfold w. rewrite S_INR. simpl sum. split; assumption.
Qed.

Theorem kahan n x t e y s c :
  terms n x t e y -> carries y s c n -> u <= / 64 -> INR n * u <= / 2 ->
  near (sum n x) (Summed (sum n e) (sum n t) (Compensated (INR n) u) (INR n) h) (s n).
Proof.
  intros H K small Hu. unfold near, Summed, Compensated. fold (Roundings (INR n) u).
  assert (n0 := pos_INR n). assert (nu0 : 0 <= INR n * u) by (apply Rmult_le_pos; assumption).
  set (g := Roundings (INR n) u). assert (G : INR n * u <= g).
  { unfold g, Roundings. apply Rmult_le_reg_r with (1 - INR n * u); [lra |].
    replace (INR n * u / (1 - INR n * u) * (1 - INR n * u)) with (INR n * u) by (field; lra).
    assert (0 <= INR n * u * (INR n * u)) by (apply Rmult_le_pos; assumption). lra. }
  assert (G2 : INR n * u * (INR n * u) <= g * g) by (apply Rmult_le_compat; lra).
  apply lost with (y := y); [assumption | simpl; assert (0 <= g * g) by (apply Rmult_le_pos; lra); lra |].
  set (S := sum n (fun i => Rabs (y i))).
  assert (S0 : 0 <= S) by (unfold S; rewrite <- total_is_sum; apply total_nonnegative).
  assert (nh : 0 <= INR n * INR n * h) by (repeat apply Rmult_le_pos; assumption).
  enough (B : Rabs (s n - sum n y) <= (4 * u + INR n * u * (INR n * u)) * S).
  { eapply Rle_trans; [exact B |].
    assert ((4 * u + INR n * u * (INR n * u)) * S <= (4 * u + g ^ 2) * S)
      by (apply Rmult_le_compat_r; [assumption | simpl; lra]). lra. }
  destruct n as [| n].
  - simpl. destruct K as (-> & _). rewrite Rminus_diag_eq, Rabs_R0 by reflexivity.
    apply Rmult_le_pos; [lra | assumption].
  - destruct K as (z1 & z2 & next). rewrite S_INR in *.
    destruct (carried y s c n) as [HE HC]; [| assumption | lra |].
    { split; [assumption | split; [assumption |]]. intros k Hk. apply next. lia. }
    destruct (next n ltac:(lia)) as (d & r & Hd & Hs & Hg & Hc).
    destruct (carry_step (INR n) (s n) (c n) (sum n y) (sum n (fun i => Rabs (y i))) (y n) d r
      (s (Datatypes.S n)) (c (Datatypes.S n))) as (B & _); try assumption; [apply pos_INR | lra | apply sum_abs |].
    change (sum (Datatypes.S n) y) with (sum n y + y n).
    eapply Rle_trans; [exact B |].
    change (sum n (fun i => Rabs (y i)) + Rabs (y n)) with S.
    assert (w0 : 0 <= u * S) by (apply Rmult_le_pos; assumption).
    assert (k0 := pos_INR n).
    assert (F : 351 / 50 * (INR n * u) <= 37 / 50 + (INR n + 1) * (INR n + 1) * u).
    { destruct (le_lt_dec n 6) as [few | many].
      - assert (INR n <= 6) by (replace 6 with (INR 6) by (simpl; lra); apply le_INR; exact few).
        assert (INR n * u <= 6 * / 64) by (apply Rmult_le_compat; assumption).
        assert (0 <= (INR n + 1) * (INR n + 1) * u) by (repeat apply Rmult_le_pos; lra). lra.
      - assert (7 <= INR n) by (replace 7 with (INR 7) by (simpl; lra); apply le_INR; lia).
        assert (0 <= (INR n - 7) * (INR n + 1) * u) by (repeat apply Rmult_le_pos; lra).
        assert (0 <= INR n * u) by (apply Rmult_le_pos; assumption). lra. }
    apply (Rmult_le_compat_r (u * S)) in F; [lra | assumption].
Qed.

(** ** Exact sums: nothing is added to what the terms are off by *)

Theorem exact_sum n x s e y :
  terms n x s e y ->
  near (sum n x) (Summed (sum n e) (sum n s) (Exactly (INR n) u) (INR n) h) (sum n y).
Proof.
  intros H. unfold near, Summed, Exactly. apply lost with (y := y); [assumption | lra |].
  rewrite Rminus_diag_eq, Rabs_R0 by reflexivity.
  assert (0 <= INR n * INR n * h) by (repeat apply Rmult_le_pos; auto using pos_INR). lra.
Qed.
End Model.
