using Slerp.Tests.Shared;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The public surface is one approved text.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void PublicSurface_IsApproved() => ApprovedSurface.Check(typeof(TorchSharpBackendProvider).Assembly, "Engine.TorchSharp");
}
