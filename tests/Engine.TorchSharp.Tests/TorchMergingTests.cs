using Slerp.Engine.Tests;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Merging through the whole engine: in 32 bits rounding does not reach the choice of a token here.</summary>
public sealed class TorchMergingTests : MergingConformance
{
    private protected override EngineOptions On(EngineOptions options) => TestDevice.On(options);
}
