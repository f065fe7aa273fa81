using Slerp.Engine.Tests.Drafting;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The law of the drafters: the text is vanilla's. In 32 bits rounding does not reach the choice of a token here.</summary>
public sealed class TorchDrafterTests : DrafterConformance
{
    private protected override EngineOptions On(EngineOptions options) => TestDevice.On(options);
}
