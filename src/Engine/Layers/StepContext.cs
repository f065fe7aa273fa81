using Slerp.Engine.Backends;
using Slerp.Engine.Cache;

namespace Slerp.Engine.Layers;

/// <summary>What the blocks of a model share during one forward pass.</summary>
/// <param name="Backend">Where arithmetic happens.</param>
/// <param name="Workspace">Scratch tensors.</param>
/// <param name="Cache">Keys and values.</param>
/// <param name="Layout">Where the rows stand.</param>
/// <param name="Rotations">Cosines and sines of each row.</param>
internal readonly record struct StepContext(
    IComputeBackend Backend, Workspace Workspace, KvCache Cache, StepLayout Layout, Tensor Rotations);
