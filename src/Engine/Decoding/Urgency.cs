namespace Slerp.Engine.Decoding;

/// <summary>Whether somebody waits for a sequence, and what it does where somebody waits for another.</summary>
internal enum Urgency
{
    /// <summary>A request: it takes one of the places, and what it leaves serves the next turn.</summary>
    Request,

    /// <summary>The engine's own work: it takes nobody's place, is cancelled as soon as a request is in flight, and its rows are not kept.</summary>
    Background,

    /// <summary>It runs only while nothing else does, and is put back as soon as anything does.</summary>
    Idle,
}
