using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Walls;

/// <summary>The public surface is one approved text. A change of it is a decision.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Connector_PublicSurface_IsApproved() => ApprovedSurface.Check(typeof(SlerpChatClient).Assembly, "Connector");
}
