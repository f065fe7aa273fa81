namespace Slerp.Engine.Backends;

/// <summary>How the angle of a spherical interpolation is measured.</summary>
internal enum Interpolation
{
    /// <summary>Per pair: cos θ = ⟨a,b⟩ / (|a||b|). Independent of every other row.</summary>
    PerRow,

    /// <summary>As the published reference: both factors divided by the norm of their whole tensor. Depends on every pair of the call.</summary>
    WholeTensor,
}
