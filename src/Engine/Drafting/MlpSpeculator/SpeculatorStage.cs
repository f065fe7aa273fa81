using Slerp.Engine.Backends;

namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>Weights of one stage; tied stages hold the same ones.</summary>
/// <param name="Embedding">E [V, h].</param>
/// <param name="Projection">W [h, d] of the first stage, [h, h] of the others.</param>
/// <param name="Head">U [V, h].</param>
/// <param name="NormWeight">Scale of the norm [h].</param>
/// <param name="NormBias">Shift of the norm [h].</param>
internal sealed record SpeculatorStage(Matrix Embedding, Matrix Projection, Matrix Head, float[] NormWeight, float[] NormBias)
{
    /// <summary>Weights read to run it: what its price follows from.</summary>
    public long Parameters => ((long)Projection.Outputs * Projection.Inputs) + ((long)Head.Outputs * Head.Inputs);
}
