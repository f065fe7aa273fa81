using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Models;

/// <summary>A loaded decoder: token trees in, rows out. Pure of policy: the same inputs give the same rows.</summary>
internal interface IDecoder
{
    /// <summary>What it looks like.</summary>
    DecoderShape Shape { get; }

    /// <summary>Runs a batch. The cache has room reserved for every row; the rows stay uncommitted.</summary>
    /// <param name="batch">The slices.</param>
    /// <param name="cache">Keys and values, read and written.</param>
    /// <param name="workspace">Scratch; reset at the start, so the previous output ends here.</param>
    /// <param name="merging">Who is merged, one entry for each slice; null for nobody.</param>
    StepOutput Forward(StepBatch batch, KvCache cache, Workspace workspace, MergeStep? merging = null);

    /// <summary>The same weights seen through a mask.</summary>
    IDecoder View(LayerMask mask);
}
