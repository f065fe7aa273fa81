namespace Slerp.Engine.Constraints.Frames;

/// <summary>Where in an object or array the reading stands, between its parts.</summary>
internal enum ContainerPhase
{
    /// <summary>After the opening bracket.</summary>
    Open,

    /// <summary>After a member.</summary>
    AfterMember,

    /// <summary>After a comma.</summary>
    AfterComma,
}
