namespace Slerp.Engine.Constraints;

/// <summary>Where free text ends in an answer that may go over to calls: there its stop texts end, too.</summary>
/// <param name="Pending">Last bytes of the answer that may turn out to begin a call.</param>
/// <param name="Start">Where a call began, in bytes from the token's first one: below 0 where in tokens before; null while there is none.</param>
internal readonly record struct CallBoundary(int Pending, int? Start);
