using Slerp.Engine.Tests;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Adapters, merged as the weights are read, in every format the device keeps.</summary>
public sealed class TorchAdapterTests : AdapterConformance
{
    private protected override EngineOptions On(EngineOptions options) => TestDevice.On(options);
}
