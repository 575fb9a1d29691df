(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)

From Coq Require Import Reals Lra Lia.
Open Scope R_scope.

(** A result of this size that is off by this error, itself rounded. *)
Definition Rounded (size error u h : R) : R :=
  error + u * (size + error) + h.

(** What a product is off by, before it is rounded. *)
Definition Product (first first_error second second_error : R) : R :=
  first * second_error + second * first_error + first_error * second_error.

(** What a reciprocal of this size is off by, if error * size < 1 and the number is off by the error. *)
Definition Reciprocal (size error : R) : R :=
  size * (error * size) / (1 - error * size).

(** What a root of this size is off by, if the number under it is off by the error. *)
Definition Root (size error : R) : R :=
  error / (size * (1 + sqrt (Rmax (1 - error / size ^ 2) 0))).

(** The size of x - mean, if both together are off by the error. *)
Definition Deviation (value error : R) : R :=
  2 * (value + error).

(** The size of x - mean where a scale and an offset are rounded each for itself. *)
Definition Folded (x mean : R) : R :=
  x + mean.

(** The bound of n roundings, if n u < 1. *)
Definition Roundings (n u : R) : R :=
  n * u / (1 - n * u).

(** How many roundings a sum of n terms has, in any order and by the recurrence for the mean. *)
Definition InARow (n : R) : R :=
  n + 4 + 2 * ln n.

(** How many it has over leaves of so many roundings, where nodes of so many levels are merges of means. *)
Definition InATree (leaf levels : R) : R :=
  leaf + 4 * levels.

(** c(n), if what each addition loses is added at the end, or to the next term (Kahan). *)
Definition Compensated (n u : R) : R :=
  4 * u + (n * u / (1 - n * u)) ^ 2.

(** c(n) of sums that round nothing. *)
Definition Exactly (n u : R) : R :=
  0.

(** What a sum is off by whose terms have these errors and sizes in all. *)
Definition Summed (error size c n h : R) : R :=
  error + (c * (size + error) + n * n * h).

(** What a product with a weight of 0 or 1 is off by. *)
Definition Weighed (weight error : R) : R :=
  weight * error.

(** Whole numbers have an exact sum up to this. *)
Definition Whole (u : R) : R :=
  1 / u.

(** What a rectified number is off by. *)
Definition Rectified (error : R) : R :=
  error.
