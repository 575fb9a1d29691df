# All leaves of a level, for each kind of element. A file of a level is nothing but this, compiled with its flags.

from bncore.core.types cimport (
    FLOAT32, FLOAT64, ColumnBend, ColumnFive, ColumnMoments, ColumnPairs, ColumnPull, ColumnScale, Conclude, Gather, Leaves,
    Level, Mask, PutRows, RunBend, RunFive, RunMoments, RunPairs, RunPull, RunPullPairs, RunScale, RunScaleMoments, Scatter,
    TakeRows,
)
from bncore.core.leaves.as_stored cimport column_as_stored, run_as_stored
from bncore.core.leaves.column_maps cimport column_pull, column_scale
from bncore.core.leaves.columns cimport column_moments, column_pairs
from bncore.core.leaves.conclude cimport conclude
from bncore.core.leaves.maps cimport run_pull, run_pull_pairs, run_scale, run_scale_moments
from bncore.core.leaves.numbers cimport STREAMS, WIDTH, stored
from bncore.core.leaves.runs cimport run_moments, run_pairs
from bncore.core.leaves.second cimport column_bend, column_five, run_bend, run_five
from bncore.core.leaves.staging cimport gather, mask, put_rows, scatter, take_rows
from bncore.core.leaves.weights cimport column_weighted, column_weighted_pull, run_weighted, run_weighted_pull


cdef inline void fill(const stored* kind, Leaves* leaves) noexcept:
    # a leaf is called with a NULL of any type in the place of `kind`, hence the casts
    leaves.run_moments = <RunMoments>run_moments[stored]
    leaves.run_pairs = <RunPairs>run_pairs[stored]
    leaves.run_five = <RunFive>run_five[stored]
    leaves.run_scale = <RunScale>run_scale[stored]
    leaves.run_pull = <RunPull>run_pull[stored]
    leaves.run_bend = <RunBend>run_bend[stored]
    leaves.run_scale_moments = <RunScaleMoments>run_scale_moments[stored]
    leaves.run_pull_pairs = <RunPullPairs>run_pull_pairs[stored]
    leaves.column_moments = <ColumnMoments>column_moments[stored]
    leaves.column_pairs = <ColumnPairs>column_pairs[stored]
    leaves.column_five = <ColumnFive>column_five[stored]
    leaves.column_scale = <ColumnScale>column_scale[stored]
    leaves.column_pull = <ColumnPull>column_pull[stored]
    leaves.column_bend = <ColumnBend>column_bend[stored]
    leaves.run_as_stored, leaves.column_as_stored = run_as_stored, column_as_stored
    leaves.run_weighted, leaves.run_weighted_pull = run_weighted, run_weighted_pull
    leaves.column_weighted, leaves.column_weighted_pull = column_weighted, column_weighted_pull
    leaves.mask = <Mask>mask[stored]
    leaves.gather = <Gather>gather[stored]
    leaves.scatter = <Scatter>scatter[stored]
    leaves.take_rows = <TakeRows>take_rows[stored]
    leaves.put_rows = <PutRows>put_rows[stored]
    leaves.conclude = <Conclude>conclude[stored]


cdef inline void fill_level(Level* level, const char* name) noexcept:
    level.name, level.registers, level.streams = name, WIDTH == 8, STREAMS
    fill(<const float*>NULL, &level.of[<int>FLOAT32])
    fill(<const double*>NULL, &level.of[<int>FLOAT64])
