"""What the chapters say of trained models, a module a chapter, for tools/over_seeds.py."""
