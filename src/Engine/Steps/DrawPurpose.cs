namespace Slerp.Engine.Steps;

/// <summary>What a random number is for: numbers of different purposes are independent.</summary>
internal enum DrawPurpose
{
    /// <summary>The choice of the token at a position.</summary>
    Token = 1,

    /// <summary>The choice of requests for shadow agreement.</summary>
    Shadow = 2,
}
