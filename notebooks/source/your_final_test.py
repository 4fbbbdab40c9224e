# %% [markdown]
# # Your final test
#
# **Twenty-five questions, three or four a chapter, and nobody watches. Every try has other numbers,
# so that you can come back next month and find out what stayed.**
#
# | | |
# | --- | --- |
# | Time | about 85 minutes, three for a question (our estimate); the code takes seconds |
# | You need | chapters 01 to 08, pencil and paper; cells, the notebooks and a table may help |
# | You will | answer 25 questions, and read what to look at again |
# | | print a paper for a class, or a certificate for the wall |
# | | find out what to read next |
#
# Every wrong choice is what a real mistake makes of the same numbers. So guess *last*: if your own
# answer is among the four, it may still be one of them.

# %%
import vae_helpers as vh
from vae_helpers import final
from vae_helpers.checks import progress

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode")

# %% [markdown]
# ## 1. Your paper <!-- 2 min -->
#
# A **seed** draws the numbers and the order of the choices. With `None` you get the paper that you
# began last, or a new one if there is none, so you can stop and go on tomorrow. If a class writes
# the test together, put the number that your instructor gave here: all of you have the same paper.

# %% id="the-seed"
seed = None
paper = final.paper(seed)
paper

# %% [markdown]
# ## 2. The questions <!-- 75 min -->
#
# Run a cell, and its questions appear. Write letters in place of `...`, such as `{1: "b"}`, and run
# it again: the letters are *noted*, and nothing is judged before you hand in. You may calculate in
# new cells. log is the natural logarithm.
#
# ### 01 · Autoencoder

# %% exercise="questions_01"
# <solution>
answers = paper.key("01")
# <stub>
# answers = {1: ..., 2: ..., 3: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 02 · VAE theory and reparameterization

# %% exercise="questions_02"
# <solution>
answers = paper.key("02")
# <stub>
# answers = {4: ..., 5: ..., 6: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 03 · Training

# %% exercise="questions_03"
# <solution>
answers = paper.key("03")
# <stub>
# answers = {7: ..., 8: ..., 9: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 04 · Sampling

# %% exercise="questions_04"
# <solution>
answers = paper.key("04")
# <stub>
# answers = {10: ..., 11: ..., 12: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 05 · Interpolation

# %% exercise="questions_05"
# <solution>
answers = paper.key("05")
# <stub>
# answers = {13: ..., 14: ..., 15: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 06 · Evaluation

# %% exercise="questions_06"
# <solution>
answers = paper.key("06")
# <stub>
# answers = {16: ..., 17: ..., 18: ..., 19: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 07 · AE against VAE: what the latent space knows

# %% exercise="questions_07"
# <solution>
answers = paper.key("07")
# <stub>
# answers = {20: ..., 21: ..., 22: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ### 08 · Applications

# %% exercise="questions_08"
# <solution>
answers = paper.key("08")
# <stub>
# answers = {23: ..., 24: ..., 25: ...}
# </solution>
paper.answer(answers)

# %% [markdown]
# ## 3. Hand in <!-- 2 min -->
#
# The **first** time you hand in a paper counts: the seed and how many were right in each chapter
# are kept in your own folder, your answers are not. Afterwards you may change answers and look
# again as often as you like, for yourself.

# %%
paper.hand_in()

# %% [markdown]
# **What to do with it.** For a chapter with one miss, read the section that is named. With two, do
# its exercises again: `exercises.kl_divergence.reset()` begins one afresh. Then another paper:
# `paper = final.paper(new=True)`, and run the cells again. (`final.reset()` forgets all results.)
#
# ## 4. The same on paper <!-- 1 min -->
#
# No laptops, or none wanted: `paper.save("some/folder")` writes two pages to print, the questions
# with an answer sheet, and the key for whoever marks it. Any browser prints them, and they need no
# network. The circles of the key lie where those of the answer sheet do.

# %%
# paper.save("some/folder")

# %% [markdown]
# ## 5. What has changed <!-- 3 min -->
#
# Ten things that this course wants you to be able to do. If you filled in the same
# [page](../docs/survey.md) before it, compare. There is no right answer: *a* I know how, *b* I
# would look it up, *c* I would ask somebody, *d* I am not sure what is asked.
#
# Nothing is written before you run `survey.save()`. It then adds a line to `survey.jsonl` in your
# own folder, with the day and without a name. Whoever taught you is glad of that file, and it is
# yours to give or to keep.

# %%
answers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ..., 6: ..., 7: ..., 8: ..., 9: ..., 10: ...}
survey = final.survey("after", answers, remark="")
# survey.save()
survey

# %% [markdown]
# ## 6. For the wall <!-- 1 min -->
#
# A certificate of what your own progress file says, however little that is. It is honest about
# itself: made by you, checked by nobody. Choose two digits for the walk at the top, and a `seed`
# for the handwriting. Your name is kept nowhere but in the file that you save.

# %%
name = ""  # yours; "" leaves a line to write on
certificate = final.certificate(name, digits=(2, 7), seed=0)
# certificate.save()  # or certificate.save("some/folder"); then print it from a browser
certificate

# %%
progress()

# %% [markdown]
# ## What to read next <!-- 1 min -->
#
# [A short list](../docs/reading.md): theory, better priors, evaluation, diffusion in latent space,
# discrete codes, disentanglement, compression; two to four papers each, with a sentence why.
#
# Then take [your own images](your_own_images.ipynb), or go [back to the
# start](00_start_here.ipynb).
