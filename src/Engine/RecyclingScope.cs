namespace Slerp.Engine;

/// <summary>Who shares what token recycling has learned. Drafts never change a text, but how fast one is written shows what was learned before.</summary>
public enum RecyclingScope
{
    /// <summary>A conversation: a request that continues a finished one of its tenant goes on with a copy of what that one knew. Nobody else sees it.</summary>
    Conversation,

    /// <summary>All requests of a tenant.</summary>
    Tenant,

    /// <summary>All requests of the engine: for applications of one user.</summary>
    Process,
}
