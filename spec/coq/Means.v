(** Rule E of docs/bounds.md where a sum is formed as a mean: by the recurrence, and by merging means. *)

From Coq Require Import Reals Lia Lra List Permutation.
From Bncore Require Import Sums Rules Roundings Orders.
Open Scope R_scope.

Fixpoint harmonic (n : nat) : R :=
  match n with
  | O => 0
  | S n => harmonic n + / INR (S n)
  end.

Lemma ln_le a b : 0 < a -> a <= b -> ln a <= ln b.
Proof. intros Ha [H | ->]; [apply Rlt_le, ln_increasing; assumption | apply Rle_refl]. Qed.

Lemma ln_step n : (1 <= n)%nat -> / INR (S n) <= ln (INR (S n)) - ln (INR n).
Proof.
  intros H. assert (p : 0 < INR n) by (apply lt_0_INR; lia). rewrite S_INR.
  assert (q : 0 < / (INR n + 1)) by (apply Rinv_0_lt_compat; lra).
  assert (E := exp_ineq1_le (- / (INR n + 1))).
  assert (r : INR n / (INR n + 1) = 1 + - / (INR n + 1)) by (field; lra).
  assert (s : 0 < INR n / (INR n + 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (L : ln (INR n / (INR n + 1)) <= - / (INR n + 1)).
  { rewrite <- (ln_exp (- / (INR n + 1))). apply ln_le; [exact s | rewrite r; exact E]. }
  unfold Rdiv in L. rewrite ln_mult, ln_Rinv in L by lra. lra.
Qed.

Lemma harmonic_is_less n : (1 <= n)%nat -> 1 <= harmonic n <= 1 + ln (INR n).
Proof.
  induction n as [| n IH]; [lia |]. intros _. destruct n as [| n].
  - simpl. rewrite ln_1, Rinv_1. lra.
  - change (harmonic (S (S n))) with (harmonic (S n) + / INR (S (S n))).
    destruct IH as [low high]; [lia |]. assert (L := ln_step (S n) ltac:(lia)).
    assert (0 < / INR (S (S n))) by (apply Rinv_0_lt_compat, lt_0_INR; lia). lra.
Qed.

Section Model.
Variables u h : R.
Hypothesis u_nonnegative : 0 <= u.
Hypothesis h_nonnegative : 0 <= h.

(** ** The recurrence for the mean *)

(** mean k is that of the first k elements: each step adds (y - mean) / (k + 1). Nothing is divided by 1. *)
Definition recurs (y mean : nat -> R) (n : nat) : Prop :=
  mean 0%nat = 0 /\
  forall k, (k < n)%nat -> exists d q,
    scales u (y k - mean k) d /\
    match k with O => scales u d q | S _ => rounds u h (d / INR (S k)) q end /\
    scales u (mean k + q) (mean (S k)).

(** The roundings of a term: those of n steps, and of what each of them subtracts. *)
Definition steps (n : nat) : R := INR n + 2 + 2 * harmonic (pred n).

Lemma steps_below n : (1 <= n)%nat -> steps n <= InARow (INR n).
Proof.
  intros H. unfold steps, InARow. destruct n as [| [| n]]; [lia | simpl; rewrite ln_1; lra |].
  destruct (harmonic_is_less (S n)) as [_ L]; [lia |]. change (pred (S (S n))) with (S n).
  assert (ln (INR (S n)) <= ln (INR (S (S n)))).
  { apply ln_le; [apply lt_0_INR; lia | apply le_INR; lia]. }
  lra.
Qed.

Lemma in_a_row_is_more n : (1 <= n)%nat -> INR n + 4 <= InARow (INR n).
Proof.
  intros H. unfold InARow. assert (0 <= ln (INR n)).
  { rewrite <- ln_1. apply ln_le; [lra |]. apply (le_INR 1). exact H. }
  lra.
Qed.

Definition twice : R := 2 * u + u * u.

Lemma twice_off d1 d2 : Rabs d1 <= u -> Rabs d2 <= u -> Rabs ((1 + d1) * (1 + d2) - 1) <= twice.
Proof.
  intros H1 H2. replace ((1 + d1) * (1 + d2) - 1) with (d1 + d2 + d1 * d2) by ring. unfold twice.
  eapply Rle_trans; [apply Rabs_triang |].
  assert (Rabs (d1 * d2) <= u * u) by (rewrite Rabs_mult; apply Rmult_le_compat; auto using Rabs_pos).
  assert (T := Rabs_triang d1 d2). lra.
Qed.

(** One step: q bounds what was, q' what is. *)
Lemma step k m T S y q q' d0 d1 d2 d3 t :
  0 < k -> 0 <= S -> 1 <= q -> Rabs T <= S -> Rabs d1 <= u -> Rabs d2 <= u -> Rabs d3 <= u -> Rabs t <= h ->
  Rabs (k * m - T) <= (q - 1) * S + k * k * h ->
  d0 = (y - m) * (1 + d1) ->
  (1 + u) * (q * (1 + twice / k)) <= q' -> (1 + u) * (1 + twice) <= q' ->
  (1 + u) * (k * k + twice * k + k + 1) <= (k + 1) * (k + 1) ->
  Rabs ((k + 1) * ((m + (d0 / (k + 1) * (1 + d2) + t)) * (1 + d3)) - (T + y)) <=
    (q' - 1) * (S + Rabs y) + (k + 1) * (k + 1) * h.
Proof.
  intros Hk HS Hq HT H1 H2 H3 Ht E -> Hq1 Hq2 Hh.
  assert (w0 : 0 <= twice) by (unfold twice; assert (0 <= u * u) by (apply Rmult_le_pos; assumption); lra).
  set (w := (1 + d1) * (1 + d2) - 1). assert (Hw := twice_off d1 d2 H1 H2). fold w in Hw.
  replace ((k + 1) * ((m + ((y - m) * (1 + d1) / (k + 1) * (1 + d2) + t)) * (1 + d3)) - (T + y))
    with ((1 + d3) * ((k * m - T) + (y - m) * w + (k + 1) * t) + d3 * (T + y)) by (unfold w; field; lra).
  assert (Hm : Rabs m <= q * S / k + k * h).
  { assert (K : Rabs (k * m) <= q * S + k * k * h).
    { replace (k * m) with (T + (k * m - T)) by ring. eapply Rle_trans; [apply Rabs_triang |]. lra. }
    rewrite Rabs_mult, (Rabs_pos_eq k) in K by lra.
    apply Rmult_le_reg_l with k; [exact Hk |].
    replace (k * (q * S / k + k * h)) with (q * S + k * k * h) by (field; lra). exact K. }
  assert (ym : Rabs ((y - m) * w) <= twice * (Rabs y + (q * S / k + k * h))).
  { rewrite Rabs_mult, Rmult_comm. apply Rmult_le_compat; auto using Rabs_pos.
    eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra. }
  assert (kt : Rabs ((k + 1) * t) <= (k + 1) * h).
  { rewrite Rabs_mult, (Rabs_pos_eq (k + 1)) by lra. apply Rmult_le_compat_l; lra. }
  set (B := (q - 1) * S + k * k * h + twice * (Rabs y + (q * S / k + k * h)) + (k + 1) * h).
  assert (inner : Rabs ((k * m - T) + (y - m) * w + (k + 1) * t) <= B).
  { eapply Rle_trans; [apply Rabs_triang |]. unfold B. apply Rplus_le_compat; [| exact kt].
    eapply Rle_trans; [apply Rabs_triang |]. lra. }
  assert (B1 : Rabs ((1 + d3) * ((k * m - T) + (y - m) * w + (k + 1) * t)) <= (1 + u) * B).
  { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos. apply factor; assumption. }
  assert (B2 : Rabs (d3 * (T + y)) <= u * (S + Rabs y)).
  { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos.
    eapply Rle_trans; [apply Rabs_triang |]. lra. }
  eapply Rle_trans; [apply Rabs_triang |].
  apply (Rmult_le_compat_r S) in Hq1; [| exact HS].
  apply (Rmult_le_compat_r (Rabs y)) in Hq2; [| apply Rabs_pos].
  apply (Rmult_le_compat_r h) in Hh; [| exact h_nonnegative].
  replace ((1 + u) * (q * (1 + twice / k)) * S) with ((1 + u) * (q * S + twice * (q * S / k))) in Hq1
    by (field; lra).
  unfold B in B1. lra.
Qed.

Lemma steps_next n : (1 <= n)%nat -> steps (S n) = (steps n + 2 / INR n) + 1.
Proof.
  intros H. unfold steps. destruct n as [| n]; [lia |]. change (pred (S (S n))) with (S n).
  change (harmonic (S n)) with (harmonic n + / INR (S n)). rewrite (S_INR (S n)). simpl pred. field.
  apply not_0_INR. discriminate.
Qed.

Lemma recurrence_off y mean n :
  recurs y mean n -> (1 <= n)%nat -> steps n * u < 1 ->
  Rabs (INR n * mean n - sum n y) <=
    (Q u (steps n) - 1) * sum n (fun i => Rabs (y i)) + INR n * INR n * h.
Proof.
  intros [zero next]. induction n as [| n IH]; [lia |]. intros _ Hu.
  destruct (next n ltac:(lia)) as (d & q & (d1 & H1 & Hd) & Hq & (d3 & H3 & Hm)).
  destruct n as [| n].
  - destruct Hq as (d2 & H2 & ->). rewrite zero in *. subst d. rewrite Hm. unfold steps in *. simpl in *.
    set (a := y 0%nat).
    assert (c : (1 + u) ^ 3 - 1 <= Q u (1 + 2 + 2 * 0) - 1).
    { rewrite <- Q_is by lra. apply roundings; [assumption | simpl; lra | lra]. }
    replace (1 * ((0 + (a - 0) * (1 + d1) * (1 + d2)) * (1 + d3)) - (0 + a))
      with (((1 + d1) * (1 + d2) * (1 + d3) - 1) * a) by ring.
    rewrite Rabs_mult, Rplus_0_l.
    assert (Rabs ((1 + d1) * (1 + d2) * (1 + d3) - 1) <= (1 + u) ^ 3 - 1).
    { replace ((1 + d1) * (1 + d2) * (1 + d3) - 1)
        with (((1 + d1) * (1 + d2) - 1) * (1 + d3) + d3) by ring.
      eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult.
      assert (Rabs ((1 + d1) * (1 + d2) - 1) * Rabs (1 + d3) <= twice * (1 + u)).
      { apply Rmult_le_compat; auto using Rabs_pos, twice_off, factor. }
      unfold twice in *. lra. }
    assert (Rabs ((1 + d1) * (1 + d2) * (1 + d3) - 1) * Rabs a <= (Q u (1 + 2 + 2 * 0) - 1) * Rabs a)
      by (apply Rmult_le_compat_r; [apply Rabs_pos | lra]).
    lra.
  - set (k := S n) in *. destruct Hq as (d2 & t & H2 & Ht & ->).
    assert (k1 : 1 <= INR k) by (unfold k; rewrite S_INR; assert (P := pos_INR n); lra).
    assert (next_steps := steps_next k ltac:(lia)).
    assert (i0 : 0 <= / INR k) by (apply Rlt_le, Rinv_0_lt_compat; lra).
    assert (more : 0 <= 2 / INR k) by (unfold Rdiv; lra).
    assert (harm := proj1 (harmonic_is_less k ltac:(lia))).
    assert (s5 : INR k + 5 <= steps (S k)) by (unfold steps; rewrite S_INR; simpl pred; lra).
    assert (s1 : 3 <= steps k).
    { unfold steps. assert (P : 0 <= harmonic (pred k)).
      { destruct (pred k) as [| p] eqn:Hp; [simpl; lra |]. destruct (harmonic_is_less (S p)); [lia | lra]. }
      lra. }
    assert (u5 : (INR k + 5) * u < 1).
    { apply Rle_lt_trans with (steps (S k) * u); [apply Rmult_le_compat_r |]; assumption. }
    assert (before : (steps k + 2 / INR k) * u < 1).
    { apply Rle_lt_trans with (steps (S k) * u); [apply Rmult_le_compat_r; lra | assumption]. }
    assert (first : steps k * u < 1).
    { apply Rle_lt_trans with ((steps k + 2 / INR k) * u); [apply Rmult_le_compat_r; lra | assumption]. }
    assert (w0 : 0 <= u * u) by (apply Rmult_le_pos; assumption).
    rewrite Hm, S_INR. change (sum (S k) y) with (sum k y + y k).
    change (sum (S k) (fun i => Rabs (y i))) with (sum k (fun i => Rabs (y i)) + Rabs (y k)).
    apply step with (q := Q u (steps k)) (d1 := d1); try assumption.
    + lra.
    + rewrite <- total_is_sum. apply total_nonnegative.
    + apply Q_one; lra.
    + apply sum_abs.
    + apply IH; [intros i Hi; apply next; lia | lia | exact first].
    + rewrite next_steps. rewrite Rmult_comm.
      apply Rle_trans with (Q u (steps k + 2 / INR k) * (1 + u)).
      * apply Rmult_le_compat_r; [lra |]. apply Q_step; try lra.
        unfold twice.
        replace ((1 + (2 * u + u * u) / INR k) * (1 - (steps k + 2 / INR k) * u))
          with (1 - steps k * u - u * u * / INR k * (2 * (steps k + 2 / INR k) - (1 - (steps k + 2 / INR k) * u)))
          by (field; lra).
        assert (0 <= u * u * / INR k) by (apply Rmult_le_pos; assumption).
        assert (0 <= (steps k + 2 / INR k) * u) by (apply Rmult_le_pos; lra).
        assert (0 <= u * u * / INR k * (2 * (steps k + 2 / INR k) - (1 - (steps k + 2 / INR k) * u)))
          by (apply Rmult_le_pos; lra).
        lra.
      * apply Q_times; [assumption | lra | rewrite <- next_steps; assumption].
    + assert (c : (1 + u) ^ 3 - 1 <= Q u (steps (S k)) - 1).
      { rewrite <- Q_is by assumption. apply roundings; [assumption | simpl; lra | assumption]. }
      unfold twice. simpl in c. lra.
    + unfold twice. set (K := INR k) in *.
      assert (a1 : 0 <= (1 - (K + 5) * u) * K) by (apply Rmult_le_pos; lra).
      assert (a2 : 0 <= u * u * K) by (apply Rmult_le_pos; lra).
      assert (a3 : u <= / 6).
      { apply Rmult_le_reg_l with 6; [lra |]. rewrite Rinv_r by lra.
        assert (6 * u <= (K + 5) * u) by (apply Rmult_le_compat_r; lra). lra. }
      assert (a4 : 0 <= (/ 6 - u) * (u * K)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]).
      assert (a5 : 0 <= (/ 6 - u) * (u * u * K)) by (apply Rmult_le_pos; [lra | assumption]).
      assert (a6 : 0 <= (K - 1) * u) by (apply Rmult_le_pos; lra).
      lra.
Qed.

Theorem recurrence n x s e y mean :
  terms n x s e y -> recurs y mean n -> (1 <= n)%nat -> InARow (INR n) * u < 1 ->
  near (sum n x) (Summed (sum n e) (sum n s) (Roundings (InARow (INR n)) u) (INR n) h) (INR n * mean n).
Proof.
  intros H M Hn Hu. unfold near, Summed. assert (below := steps_below n Hn).
  assert (Hs : steps n * u < 1).
  { apply Rle_lt_trans with (InARow (INR n) * u); [apply Rmult_le_compat_r |]; assumption. }
  assert (more := Q_le u u_nonnegative _ _ below Hu).
  assert (s0 : 0 <= InARow (INR n)).
  { assert (P := pos_INR n). assert (M1 := in_a_row_is_more n Hn). lra. }
  assert (one := Q_one u u_nonnegative _ s0 Hu).
  apply lost with (y := y); [assumption | rewrite Q_is by assumption; lra |].
  eapply Rle_trans; [apply recurrence_off; assumption |]. apply Rplus_le_compat_r.
  apply Rmult_le_compat_r; [rewrite <- total_is_sum; apply total_nonnegative |].
  rewrite Q_is by assumption. lra.
Qed.

(** ** Any order of additions; what is 0 and does not count is no term *)

Theorem any_order counts n k x s e y t c :
  terms n x s e y -> (forall i, counts i = false -> y i = 0) -> Permutation (leaves t) (seq 0 n) ->
  evaluates (adds u h) y t c -> (counted counts t <= k)%nat -> (1 <= k)%nat -> InARow (INR k) * u < 1 ->
  near (sum n x) (Summed (sum n e) (sum n s) (Roundings (InARow (INR k)) u) (INR k) h) c.
Proof.
  intros H zero order E Hk k1 Hu. assert (more := in_a_row_is_more k k1).
  apply any_tree with (counts := counts) (y := y) (t := t); try assumption.
  - assert (INR k * u <= InARow (INR k) * u) by (apply Rmult_le_compat_r; lra). lra.
  - apply Rle_trans with (INR k); [| lra]. apply le_INR.
    eapply Nat.le_trans; [apply depth_below | lia].
Qed.

(** ** Pairwise: leaves, and a tree of merges above them *)

(** The mean of two means: by their sums, or by their difference, to the one of more elements. *)
Definition merges (n1 n2 m1 m2 m : R) : Prop :=
  (exists p1 p2 s, scales u (n1 * m1) p1 /\ scales u (n2 * m2) p2 /\ scales u (p1 + p2) s /\
    rounds u h (s / (n1 + n2)) m) \/
  (n2 <= n1 /\ exists d f p, scales u (m2 - m1) d /\ scales u (n2 / (n1 + n2)) f /\ rounds u h (d * f) p /\
    scales u (m1 + p) m).

Definition four : R := (1 + u) * (1 + u) * (1 + u) * (1 + u).

Lemma three_off d1 d2 d3 :
  Rabs d1 <= u -> Rabs d2 <= u -> Rabs d3 <= u ->
  Rabs ((1 + d1) * (1 + d2) * (1 + d3) - 1) <= (1 + u) * (1 + u) * (1 + u) - 1.
Proof.
  intros H1 H2 H3.
  replace ((1 + d1) * (1 + d2) * (1 + d3) - 1) with (((1 + d1) * (1 + d2) - 1) * (1 + d3) + d3) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult.
  assert (Rabs ((1 + d1) * (1 + d2) - 1) * Rabs (1 + d3) <= twice * (1 + u)).
  { apply Rmult_le_compat; auto using Rabs_pos, twice_off, factor. }
  unfold twice in *. lra.
Qed.

(** A number that is off and then scaled by 1 + w. *)
Lemma scaled_off a T S P g w W :
  Rabs w <= W -> Rabs T <= S -> Rabs (a - T) <= (P - 1) * S + g ->
  Rabs (a * (1 + w) - T) <= ((1 + W) * P - 1) * S + (1 + W) * g.
Proof.
  intros Hw HT Ha. replace (a * (1 + w) - T) with ((a - T) + (a - T) * w + w * T) by ring.
  eapply Rle_trans; [apply Rabs_triang |].
  assert (Rabs (w * T) <= W * S) by (rewrite Rabs_mult; apply Rmult_le_compat; auto using Rabs_pos).
  assert (Rabs ((a - T) * w) <= ((P - 1) * S + g) * W)
    by (rewrite Rabs_mult; apply Rmult_le_compat; auto using Rabs_pos).
  assert (T1 := Rabs_triang (a - T) ((a - T) * w)). lra.
Qed.

Lemma merge_off n1 n2 m1 m2 m T1 T2 S1 S2 P g1 g2 :
  0 < n1 -> 0 < n2 -> 1 <= P -> 0 <= g1 -> 0 <= g2 -> Rabs T1 <= S1 -> Rabs T2 <= S2 ->
  Rabs (n1 * m1 - T1) <= (P - 1) * S1 + g1 -> Rabs (n2 * m2 - T2) <= (P - 1) * S2 + g2 ->
  merges n1 n2 m1 m2 m ->
  Rabs ((n1 + n2) * m - (T1 + T2)) <= (P * four - 1) * (S1 + S2) + four * (g1 + g2 + (n1 + n2) * h).
Proof.
  intros p1 p2 HP G1 G2 HT1 HT2 E1 E2 M.
  assert (S1p : 0 <= S1) by (eapply Rle_trans; [apply Rabs_pos | exact HT1]).
  assert (S2p : 0 <= S2) by (eapply Rle_trans; [apply Rabs_pos | exact HT2]).
  assert (u2 : 0 <= u * u) by (apply Rmult_le_pos; assumption).
  assert (u3 : 0 <= u * u * u) by (apply Rmult_le_pos; assumption).
  assert (u4 : 0 <= u * u * u * u) by (apply Rmult_le_pos; assumption).
  set (G := (1 + u) * (1 + u) * (1 + u)). assert (G0 : 1 <= G) by (unfold G; lra).
  assert (Ff : four = (1 + u) * G) by (unfold four, G; ring).
  assert (F1 : G <= four) by (rewrite Ff; assert (0 <= u * G) by (apply Rmult_le_pos; lra); lra).
  assert (GP : G * P <= P * four) by (rewrite Rmult_comm; apply Rmult_le_compat_l; lra).
  assert (n0 : 0 <= (n1 + n2) * h) by (apply Rmult_le_pos; lra).
  destruct M as [(q1 & q2 & s & (d1 & H1 & ->) & (d2 & H2 & ->) & (d3 & H3 & ->) & (d4 & t & H4 & Ht & ->)) |
                 (le & d & f & p & (d1 & H1 & ->) & (d2 & H2 & ->) & (d3 & t & H3 & Ht & ->) & (d4 & H4 & ->))].
  - assert (A1 := scaled_off _ _ _ _ _ _ _ (three_off d1 d3 d4 H1 H3 H4) HT1 E1).
    assert (A2 := scaled_off _ _ _ _ _ _ _ (three_off d2 d3 d4 H2 H3 H4) HT2 E2).
    fold G in A1, A2. replace (1 + (G - 1)) with G in A1, A2 by ring.
    set (w1 := (1 + d1) * (1 + d3) * (1 + d4) - 1) in *. set (w2 := (1 + d2) * (1 + d3) * (1 + d4) - 1) in *.
    match goal with |- Rabs ?a <= _ => replace a with
      ((n1 * m1 * (1 + w1) - T1) + (n2 * m2 * (1 + w2) - T2) + (n1 + n2) * t) by (unfold w1, w2; field; lra) end.
    eapply Rle_trans; [apply Rabs_triang |].
    assert (B := Rabs_triang (n1 * m1 * (1 + w1) - T1) (n2 * m2 * (1 + w2) - T2)).
    assert (nt : Rabs ((n1 + n2) * t) <= (n1 + n2) * h).
    { rewrite Rabs_mult, (Rabs_pos_eq (n1 + n2)) by lra. apply Rmult_le_compat_l; lra. }
    assert (X1 : (G * P - 1) * S1 <= (P * four - 1) * S1) by (apply Rmult_le_compat_r; lra).
    assert (X2 : (G * P - 1) * S2 <= (P * four - 1) * S2) by (apply Rmult_le_compat_r; lra).
    assert (Y1 : G * g1 <= four * g1) by (apply Rmult_le_compat_r; assumption).
    assert (Y2 : G * g2 <= four * g2) by (apply Rmult_le_compat_r; assumption).
    assert (Y3 : (n1 + n2) * h <= four * ((n1 + n2) * h)).
    { rewrite <- (Rmult_1_l ((n1 + n2) * h)) at 1. apply Rmult_le_compat_r; lra. }
    lra.
  - assert (Hw := three_off d1 d2 d3 H1 H2 H3). fold G in Hw.
    set (w := (1 + d1) * (1 + d2) * (1 + d3) - 1) in *.
    set (inner := (n1 * m1 - T1) + (n2 * m2 - T2) + n2 * (m2 - m1) * w + (n1 + n2) * t).
    match goal with |- Rabs ?a <= _ => replace a with ((1 + d4) * inner + d4 * (T1 + T2))
      by (unfold inner, w; field; lra) end.
    assert (B1 : Rabs (n1 * m1) <= P * S1 + g1).
    { replace (n1 * m1) with (T1 + (n1 * m1 - T1)) by ring. eapply Rle_trans; [apply Rabs_triang |]. lra. }
    assert (B2 : Rabs (n2 * m2) <= P * S2 + g2).
    { replace (n2 * m2) with (T2 + (n2 * m2 - T2)) by ring. eapply Rle_trans; [apply Rabs_triang |]. lra. }
    assert (B3 : Rabs (n2 * m1) <= P * S1 + g1).
    { eapply Rle_trans; [| exact B1]. rewrite !Rabs_mult, (Rabs_pos_eq n1), (Rabs_pos_eq n2) by lra.
      apply Rmult_le_compat_r; [apply Rabs_pos | exact le]. }
    assert (B4 : Rabs (n2 * (m2 - m1) * w) <= (P * S1 + g1 + (P * S2 + g2)) * (G - 1)).
    { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos.
      replace (n2 * (m2 - m1)) with (n2 * m2 - n2 * m1) by ring.
      eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra. }
    assert (nt : Rabs ((n1 + n2) * t) <= (n1 + n2) * h).
    { rewrite Rabs_mult, (Rabs_pos_eq (n1 + n2)) by lra. apply Rmult_le_compat_l; lra. }
    assert (I : Rabs inner <= (G * P - 1) * (S1 + S2) + G * (g1 + g2) + (n1 + n2) * h).
    { unfold inner. eapply Rle_trans; [apply Rabs_triang |].
      assert (C := Rabs_triang (n1 * m1 - T1 + (n2 * m2 - T2)) (n2 * (m2 - m1) * w)).
      assert (D := Rabs_triang (n1 * m1 - T1) (n2 * m2 - T2)). lra. }
    assert (J : Rabs ((1 + d4) * inner) <= (1 + u) * ((G * P - 1) * (S1 + S2) + G * (g1 + g2) + (n1 + n2) * h)).
    { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos. apply factor; assumption. }
    assert (K : Rabs (d4 * (T1 + T2)) <= u * (S1 + S2)).
    { rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos.
      eapply Rle_trans; [apply Rabs_triang |]. lra. }
    eapply Rle_trans; [apply Rabs_triang |].
    assert (Y3 : (1 + u) * ((n1 + n2) * h) <= four * ((n1 + n2) * h)).
    { apply Rmult_le_compat_r; [assumption |]. rewrite Ff. rewrite <- (Rmult_1_r (1 + u)) at 1.
      apply Rmult_le_compat_l; lra. }
    rewrite Ff in *. lra.
Qed.

(** A mean of the elements of l: a leaf that is off by what K roundings allow, or a merge of two. *)
Inductive paired (y : nat -> R) (K : R) : nat -> list nat -> R -> Prop :=
  | summed_leaf l m :
      l <> nil ->
      Rabs (INR (length l) * m - total y l) <=
        Roundings K u * total (fun i => Rabs (y i)) l + INR (length l) * INR (length l) * h ->
      paired y K 0 l m
  | as_deep d l m : paired y K d l m -> paired y K (S d) l m
  | merged d l1 m1 l2 m2 m :
      paired y K d l1 m1 -> paired y K d l2 m2 ->
      merges (INR (length l1)) (INR (length l2)) m1 m2 m -> paired y K (S d) (l1 ++ l2) m.

Lemma paired_off y K d l m :
  0 <= K -> K * u < 1 -> paired y K d l m ->
  (1 <= length l)%nat /\
  Rabs (INR (length l) * m - total y l) <=
    (Q u K * four ^ d - 1) * total (fun i => Rabs (y i)) l + four ^ d * (INR (length l) * INR (length l) * h).
Proof.
  intros HK Hu E.
  assert (u2 : 0 <= u * u) by (apply Rmult_le_pos; assumption).
  assert (u3 : 0 <= u * u * u) by (apply Rmult_le_pos; assumption).
  assert (u4 : 0 <= u * u * u * u) by (apply Rmult_le_pos; assumption).
  assert (F1 : 1 <= four) by (unfold four; lra). assert (q1 := Q_one u u_nonnegative K HK Hu).
  induction E as [l m some H | d l m E [some IH] | d l1 m1 l2 m2 m E1 [s1 IH1] E2 [s2 IH2] M].
  - split; [destruct l; [congruence | simpl; lia] |].
    simpl pow. rewrite Rmult_1_r, Rmult_1_l, <- Q_is by assumption. exact H.
  - split; [exact some |]. eapply Rle_trans; [exact IH |].
    assert (f0 : 1 <= four ^ d) by (apply pow_R1_Rle; exact F1).
    assert (f1 : four ^ d <= four ^ S d) by (apply Rle_pow; [exact F1 | lia]).
    apply Rplus_le_compat; apply Rmult_le_compat_r.
    + apply total_nonnegative.
    + assert (Q u K * four ^ d <= Q u K * four ^ S d) by (apply Rmult_le_compat_l; lra). lra.
    + apply Rmult_le_pos; [apply Rmult_le_pos; apply pos_INR | assumption].
    + exact f1.
  - rewrite app_length, plus_INR, !total_app. split; [lia |].
    set (n1 := INR (length l1)) in *. set (n2 := INR (length l2)) in *.
    assert (p1 : 1 <= n1) by (apply (le_INR 1); exact s1). assert (p2 : 1 <= n2) by (apply (le_INR 1); exact s2).
    set (f := four ^ d) in *. assert (f0 : 1 <= f) by (apply pow_R1_Rle; exact F1).
    assert (g1 : 0 <= f * (n1 * n1 * h)) by (repeat apply Rmult_le_pos; lra).
    assert (g2 : 0 <= f * (n2 * n2 * h)) by (repeat apply Rmult_le_pos; lra).
    assert (P1 : 1 <= Q u K * f) by (rewrite <- (Rmult_1_l 1); apply Rmult_le_compat; lra).
    eapply Rle_trans.
    { eapply merge_off with (P := Q u K * f); [| | exact P1 | exact g1 | exact g2 | | | exact IH1 | exact IH2 | exact M];
        try lra; apply total_abs. }
    change (four ^ S d) with (four * f).
    apply Rplus_le_compat; [right; ring |].
    assert (H : f * (n1 * n1 * h) + f * (n2 * n2 * h) + (n1 + n2) * h <= f * ((n1 + n2) * (n1 + n2) * h)).
    { assert (nh : 0 <= (n1 + n2) * h) by (apply Rmult_le_pos; lra).
      assert ((n1 + n2) * h <= f * ((n1 + n2) * h)).
      { rewrite <- (Rmult_1_l ((n1 + n2) * h)) at 1. apply Rmult_le_compat_r; assumption. }
      assert (0 <= f * (((n1 - 1) * n2 + (n2 - 1) * n1) * h)).
      { apply Rmult_le_pos; [lra |]. apply Rmult_le_pos; [| assumption].
        apply Rplus_le_le_0_compat; apply Rmult_le_pos; lra. }
      lra. }
    apply (Rmult_le_compat_l four) in H; lra.
Qed.

Theorem pairwise n x s e y K d l m :
  terms n x s e y -> Permutation l (seq 0 n) -> paired y K d l m -> 0 <= K ->
  InATree K (INR d) * u < 1 ->
  near (sum n x)
    (Summed (sum n e) (sum n s) (Roundings (InATree K (INR d)) u) (INR n) (four ^ d * h)) (INR n * m).
Proof.
  intros H order E HK Hu. unfold near, Summed, InATree in *. assert (d0 := pos_INR d).
  assert (k4 : INR (4 * d) = 4 * INR d) by (rewrite mult_INR; simpl; lra).
  assert (Ku : K * u < 1).
  { apply Rle_lt_trans with ((K + 4 * INR d) * u); [apply Rmult_le_compat_r; lra | assumption]. }
  destruct (paired_off y K d l m HK Ku E) as [_ B].
  rewrite (Permutation_length order), seq_length in B.
  rewrite !(total_permuted _ _ _ order), !total_is_sum in B.
  assert (p4 : four ^ d = (1 + u) ^ (4 * d)).
  { rewrite pow_mult. f_equal. unfold four. ring. }
  assert (C : Q u K * four ^ d <= Q u (K + 4 * INR d)).
  { rewrite p4, <- k4. apply Q_pow; [assumption | assumption | rewrite k4; assumption]. }
  assert (one : 1 <= Q u (K + 4 * INR d)) by (apply Q_one; lra).
  apply lost with (y := y); [assumption | rewrite Q_is by assumption; lra |].
  eapply Rle_trans; [exact B |]. rewrite Q_is by assumption. apply Rplus_le_compat; [| right; ring].
  apply Rmult_le_compat_r; [rewrite <- total_is_sum; apply total_nonnegative | lra].
Qed.
End Model.
