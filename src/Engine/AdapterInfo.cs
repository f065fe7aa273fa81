namespace Slerp.Engine;

/// <summary>A low-rank adapter that was merged into a model's weights when it was loaded. Immutable.</summary>
/// <param name="Name">The name: its folder's.</param>
/// <param name="Rank">The rank r of every update.</param>
/// <param name="Scale">What multiplies an update: alpha / r, or alpha / √r for rank-stabilised adapters.</param>
/// <param name="Matrices">How many of the model's matrices it changed.</param>
/// <param name="BaseModel">The model it was trained on, as adapter_config.json names it: a name, or a path of another machine; null where it names none.</param>
/// <remarks>Names and shapes of weights are checked, the name of the base is not: folders are renamed, and models of one shape are trained again.</remarks>
public sealed record AdapterInfo(string Name, int Rank, double Scale, int Matrices, string? BaseModel);
