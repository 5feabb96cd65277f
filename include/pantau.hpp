#include "pantau.h"
