namespace Slerp.Engine.Checkpoints;

/// <summary>The largest sizes accepted from config.json: several times the largest published model's, so that a damaged file is refused before
/// anything is allocated and products of two sizes stay below 2^63.</summary>
internal static class ModelConfigLimits
{
    public const int Hidden = 1 << 18;
    public const int Intermediate = 1 << 21;
    public const int Layers = 2048;
    public const int Heads = 4096;
    public const int HeadDimension = 4096;
    public const int Vocabulary = 1 << 24;
    public const int Positions = 1 << 28;
}
