using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Walls;

/// <summary>The public surface is one approved text. A change of it is a decision: read the difference, then copy the received file over the approved one.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Engine_PublicSurface_IsApproved() => ApprovedSurface.Check(typeof(EngineOptions).Assembly, "Engine");
}
