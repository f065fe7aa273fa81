namespace Slerp.Engine.Templates.Jinja;

/// <summary>Characters of one origin inside a string: from the end of the run before, up to <paramref name="End"/> (exclusive).</summary>
/// <param name="End">Where the run ends, in UTF-16 units.</param>
/// <param name="Part">The conversation part the characters came from, or <see cref="TextValue.Trusted"/>.</param>
internal readonly record struct OriginRun(int End, int Part);
